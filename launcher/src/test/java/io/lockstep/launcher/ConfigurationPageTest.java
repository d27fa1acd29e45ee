package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.agent.Config;
import io.lockstep.collector.CollectorConfig;
import io.lockstep.telemetry.config.Configs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// `docs/configuration.md` shows every key with its default.
class ConfigurationPageTest {
  private static final Path PAGE = Path.of("..", "docs", "configuration.md");

  @Test
  void thePageShowsEveryKeyWithItsDefault() throws IOException {
    String page = page();
    if ("update".equals(System.getProperty("golden"))) {
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE).as("run ./mvnw verify -Dgolden=update").hasContent(page);
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
    lockstep-agent`): what it has goes to the spool, nothing is lost; a file that is wrong is said in the log, and the one before goes on.

    An address that is not loopback needs a token file or TLS, or `insecure: true`. A token file has one line per sender:
    `sender cluster host-pattern token`, where the pattern says for which hosts it may speak (`*` for a gateway).

    ## Collector: every key with its default

    ```yaml
    %s```

    `cluster` names what comes without a token. `times` says how old, and how far in the future, a point may be. `window` bounds what
    is kept in memory. `detect.straggler.margin` is how much slower than its peers a rank must be; `detect.silence.after` how long an agent may
    be unheard. `store.kind` is `questdb` (a child process of the collector; port 0 is any free one) or `influx` (any store that takes line
    protocol at `/api/v2/write`). `store.read_access` lets one user, `lockstep_read`, read the `questdb` store over PostgreSQL's protocol and change
    nothing; its password is made at the first start, in `password_file` or else in `store/questdb/read-password` below `data`. QuestDB speaks no
    TLS there, so an address that is not loopback needs `insecure: true`; [dashboards](../dashboards/README.md) show it to Grafana. `notify` says whom to tell of incidents; [notify.md](notify.md) has a sink with all its keys. `http.hosts` are names that the page is reached by, besides loopback and its address.

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

    | Key | From, to |
    |---|---|
    | `interval` | 100ms to 1m |
    | `interval` of a sampler that is not named below | 100ms to 1h |
    | `samplers.gpu.hang`, `.expected` | 100ms to 5m, 0 to 64 |
    | `samplers.textfile.interval`, `.series_max` | 1s to 1h, 1 to 20000 |
    | `samplers.inventory.interval`, `.settle` | 10s to 1h, 0s to 7d |
    | a check's `interval`, `timeout` | 10s to 1d, 1s to 1h |
    | `samplers.checks.parallel` | 1 to 16 |
    | `budget.cpu`, `.patience` | above 0.001 and at most 64 cores, 10s to 1h |
    | `budget.memory`, `.handles`, `.disk` | at least 32MiB, 64, 1KiB |
    | `judge.alone` | at least 5s |
    | `send.timeout` | above 0s and at most 60s |
    | `forward`'s `queue` | 64KiB to 64MiB |
    | `spool.bytes`, `.age` | at least 16MiB, above 0s |
    """
        .formatted(Configs.print(CollectorConfig.DEFAULT), Configs.print(Config.DEFAULT));
  }
}
