package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.agent.Config;
import io.lockstep.collector.CollectorConfig;
import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.Configs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `docs/configuration.md` shows every key with its default, and what the agent takes.
class ConfigurationPageTest {
  private static final Path PAGE = Path.of("..", "docs", "configuration.md");

  @TempDir Path folder;

  @Test
  void thePageShowsEveryKeyWithItsDefault() throws IOException {
    String page = page();
    if ("update".equals(System.getProperty("golden"))) {
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE).as("run ./mvnw verify -Dgolden=update").hasContent(page);
  }

  static List<KeyLimit> limits() {
    return KeyLimit.ALL;
  }

  @ParameterizedTest
  @MethodSource("limits")
  void theAgentTakesWhatThePageSaysAndNoMore(KeyLimit limit) throws IOException {
    for (String place : limit.places()) {
      for (String taken : List.of(limit.least(), limit.most())) {
        assertThatCode(() -> read(place, taken)).as(place + " " + taken).doesNotThrowAnyException();
      }
      for (String refused : List.of(limit.below(), limit.above())) {
        if (!refused.isEmpty()) {
          assertThatThrownBy(() -> read(place, refused))
              .as(place + " " + refused)
              .isInstanceOf(ConfigException.class);
        }
      }
    }
  }

  /// @param value empty for none
  private void read(String place, String value) throws IOException, ConfigException {
    if (!value.isEmpty()) {
      Path file = Files.writeString(folder.resolve("agent.yaml"), place.formatted(value));
      Configs.read(file, Map.of(), Config.DEFAULT, Config.class);
    }
  }

  private static String page() {
    return """
    # Configuration

    One YAML file per program, given with `--config`. An unknown key or a bad value is an error that names file, line, column and key; `--check-config`
    only checks, and names all mistakes that can be found at once, in the order of their lines; `--print-config` prints what is in force.
    A key can be set by the environment too: `LOCKSTEP_STORE_KIND` sets `store.kind`. A variable that looks like a mistyped key, because it begins
    with a section's name or comes near a key, changes nothing, and the log warns of it with the nearest one, at the start and for `--check-config`.
    Other variables that begin with `LOCKSTEP_`, as Kubernetes makes them for a service named `lockstep`, are left alone.
    A flag goes before the environment, the environment before the file, the file before the default. Durations are written `500ms`, `10s`,
    `5m`, `1h`, `2d`; sizes `64MiB`. Secrets stand in files of their own (`*_file`). The agent reads its file anew at `SIGHUP` (`systemctl reload
    lockstep-agent`): what it has goes to the spool, nothing is lost; a file that is wrong, or empty (cut off), is said in the log, and the one before goes on.

    An address that is not loopback needs a token file or TLS, or `insecure: true`. A token file has one line per sender:
    `sender cluster host-pattern token`, where the pattern says for which hosts it may speak (`*` for a gateway).

    ## Collector: every key with its default

    ```yaml
    %s```

    `cluster` names what comes without a token. `receive.grpc_address` is where OTLP/gRPC is taken, with certificate and tokens of `receive.listen`: empty
    for the port before that one, `none` for nowhere. `times` says how old, and how far in the future, a point may be; with the default store it is never
    older than `store.questdb.retention`. `series` bounds how many series one host, and all together, may have: what is beyond is refused by partial success that names the
    attribute with most values, and a series that is not heard for `forgotten_after` makes room. `window` bounds what
    is kept in memory. `detect.straggler.margin` is how much slower than its peers a rank must be; `detect.silence.after` how long an agent may
    be unheard. `store.kind` is `questdb` (a child process of the collector; port 0 is any free one) or `influx` (any store that takes line
    protocol at `/api/v2/write`; [stores](stores.md) says which, and what each makes of it). `store.read_access` lets one user, `lockstep_read`, read the `questdb` store over PostgreSQL's protocol and change
    nothing; its password is made at the first start, in `password_file` or else in `store/questdb/read-password` below `data`. QuestDB speaks no
    TLS there, so an address that is not loopback needs `insecure: true`; [dashboards](../dashboards/README.md) show it to Grafana.
    `store.writer.interval` (1ms to 1m) is the time from one commit to the next: each costs the same, however much it brings; `journal_mebibytes` bounds what is acknowledged and not in the store yet
    ([0048](decisions/0048-journal.md)); `store.questdb.retention` is how long rows are kept as they came, `rollups.retention` how long
    one row a minute, and events, are kept ([0050](decisions/0050-roll-ups.md); `enabled: false` for no such rows; other stores have means of their own for that). After an outage that was longer than `retention`, set it
    higher before the collector is started: what is older is refused. While less than `store.questdb.keep_free` of the disk is free, or less than a tenth of it, the oldest hours of rows as they came are given up, and
    when only the one that is being written is left, the oldest days of the others; `request_kibibytes` what a store elsewhere gets at a time. `notify` says whom to tell of incidents; [notify.md](notify.md) has a sink with all its keys. `http.hosts` are names that the page is reached by, besides loopback and its address.

    ## Agent: every key with its default

    ```yaml
    %s```

    `host` is the kernel's name when it is null. `collectors` are tried in order. `root` is a folder with a captured `proc/` and `sys/` in place
    of the machine's own. Each sampler has an interval and patterns (`include`, `exclude`) for the names that it reads. The spool drops its
    oldest when `bytes` or `age` is reached, and counts it. `listen` is where training processes send their steps. `judge` is how the agent
    judges this server by itself: `file` is where `lockstep agent check` finds the verdict (in a folder that is there), `alone` after how long without
    a collector it marks its verdicts in the spool, `harmless` names rules for which no job is kept away. `budget` is what the agent may cost
    before it gives up samplers, `forward` who else gets its telemetry ([interfaces](interfaces.md)).

    What the agent takes where a value's form does not say it:

    %s\
    """
        .formatted(
            Configs.print(CollectorConfig.DEFAULT),
            Configs.print(Config.DEFAULT),
            KeyLimit.table());
  }
}
