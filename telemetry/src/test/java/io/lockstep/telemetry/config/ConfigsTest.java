package io.lockstep.telemetry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigsTest {
  enum Mode {
    EMBEDDED,
    REMOTE_STORE
  }

  record Store(
      String url, @Nullable Path tokenFile, Mode mode, int batchRows, Duration flushEvery) {
    Store {
      if (batchRows < 1) {
        throw new IllegalArgumentException("batch_rows must be above 0, is " + batchRows);
      }
    }
  }

  record Target(String address, @Nullable String name) {}

  record Program(
      String cluster,
      Listen listen,
      Store store,
      boolean readAccess,
      ByteSize bodyMax,
      double ratio,
      long seed,
      List<String> collectors,
      List<Target> targets,
      Map<String, Double> limits,
      @Nullable Store second) {}

  private static final Program DEFAULT =
      new Program(
          "default",
          Listen.on("127.0.0.1:4318"),
          new Store("http://127.0.0.1:9000", null, Mode.EMBEDDED, 5_000, Duration.ofMillis(200)),
          false,
          ByteSize.ofMebibytes(16),
          1.5,
          7,
          List.of("http://127.0.0.1:4318"),
          List.of(),
          Map.of("a", 1.0),
          null);

  @TempDir Path folder;

  private Program read(String yaml, Map<String, String> environment)
      throws ConfigException, IOException {
    Path file = folder.resolve("collector.yaml");
    Files.writeString(file, yaml);
    return Configs.read(file, environment, DEFAULT, Program.class);
  }

  private void assertRefused(String yaml, String message) {
    assertThatThrownBy(() -> read(yaml, Map.of()))
        .isInstanceOf(ConfigException.class)
        .message()
        .startsWith(folder.resolve("collector.yaml").toString())
        .contains(message)
        .doesNotContain("\n");
  }

  @Test
  void keepsTheDefaultsWithoutAFileAndWithAnEmptyOne() throws Exception {
    assertThat(Configs.read(null, Map.of(), DEFAULT, Program.class)).isEqualTo(DEFAULT);
    assertThat(read("", Map.of())).isEqualTo(DEFAULT);
    assertThat(read("# nothing\nstore:\n", Map.of())).isEqualTo(DEFAULT);
  }

  @Test
  void laysTheFileOverTheDefaultsKeyByKey() throws Exception {
    Program read =
        read(
            """
            cluster: 007
            store:
              url: https://influx:8086
              token_file: /etc/lockstep/store
              mode: remote_store
              flush_every: 2d
            body_max: 64MiB
            ratio: 2
            collectors: [a, b]
            targets:
              - address: x
              - address: y
                name: why
            limits: {b: 2.5}
            """,
            Map.of());
    assertThat(read.cluster()).isEqualTo("007");
    assertThat(read.store())
        .isEqualTo(
            new Store(
                "https://influx:8086",
                Path.of("/etc/lockstep/store"),
                Mode.REMOTE_STORE,
                5_000,
                Duration.ofDays(2)));
    assertThat(read.bodyMax()).isEqualTo(new ByteSize(64L << 20));
    assertThat(read.ratio()).isEqualTo(2.0);
    assertThat(read.collectors()).containsExactly("a", "b");
    assertThat(read.targets()).containsExactly(new Target("x", null), new Target("y", "why"));
    assertThat(read.limits()).isEqualTo(Map.of("a", 1.0, "b", 2.5));
    assertThat(read.listen()).isEqualTo(DEFAULT.listen());
  }

  @Test
  void namesAnUnknownKeyWithLineAndNearestKnownKey() {
    assertRefused(
        "cluster: a\nstore:\n  url: b\n  batch_row: 3\n",
        ":4:3: store.batch_row is not known; did you mean store.batch_rows?");
    assertRefused("targets: [{adress: x}]\n", ":1:12: targets[0].adress is not known");
    assertRefused("store: {token: s3cret}\n", "did you mean store.token_file?");
  }

  @ParameterizedTest
  @CsvSource({
    "max_size, bytes",
    "max_bytes, bytes",
    "size_limit, bytes",
    "max_age, age",
    "retention, age",
    "dir, folder",
    "path, folder",
    "foldr, folder",
    "xyzzy,",
    "compression,",
  })
  void theKeyThatWasMeantIsOneOfItsWordsNotOfAsManyLetters(String key, @Nullable String meant) {
    assertThat(Nearest.of(key, List.of("folder", "bytes", "age"))).isEqualTo(meant);
  }

  @Test
  void whereNoKeyIsNearOnlyThoseThatThereAreAreNamed() {
    assertRefused("store: {xyzzy: 1}\n", "store.xyzzy is not known (known here: url, ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          store: {batch_rows: many}  | store.batch_rows must be a whole number, is "many"
          store: {batch_rows: 1.5}   | store.batch_rows must be a whole number, is "1.5"
          store: {batch_rows: 99999999999} | store.batch_rows must be a whole number
          store: {batch_rows: ''}    | store.batch_rows must be a whole number, is ""
          store: {flush_every: 5}    | store.flush_every must be a duration such as 500ms, 10s, 5m, 1h or 2d, is "5"
          store: {mode: other}       | store.mode must be one of embedded, remote_store, is "other"
          store: {batch_rows: 0}     | :1:9: store: batch_rows must be above 0, is 0
          store: {url: }             | store.url is missing; it must be text
          store: {url: {a: b}}       | store.url must be text, is a map of keys
          store: [a]                 | store must be a section with the keys url, token_file, mode
          read_access: yes           | read_access must be true or false, is "yes"
          body_max: 16MB             | body_max must be a size such as 512B, 64KiB, 64MiB or 1GiB, is "16MB"
          ratio: .nan                | ratio must be a number, is ".nan"
          ratio: NaN                 | ratio must be a number, is "NaN"
          collectors: a              | collectors must be a list, is "a"
          targets: [{name: x}]       | targets[0].address is missing; it must be text
          limits: {a: b}             | limits.a must be a number, is "b"
          second: {url: x}           | second.mode is missing; it must be one of
          listen: {address: '0.0.0.0:4318'} | is open to others without token_file
          cluster: *x                | aliases are not supported
          cluster: [a                | not YAML
          - a                        | must be a map of keys
          """)
  void saysWhatAValueMayBe(String yaml, String message) {
    assertRefused(yaml, message);
  }

  @Test
  void refusesAKeyThatStandsTwiceAndASecondDocument() {
    assertRefused("ratio: 1\nseed: 2\nratio: 3\n", ":3:1: ratio stands twice");
    assertRefused("ratio: 1\n---\nratio: 3\n", "must hold one document");
  }

  @Test
  void saysWhereAFileIsNotYaml() {
    assertRefused("ratio: 1\ncluster: [a\nseed: 2\n", ":3:5: not YAML: expected ',' or ']'");
    assertRefused("ratio: 1\n\tseed: 2\n", ":2:1: not YAML: found character '\\t(TAB)'");
    assertRefused("ratio: 1\nseed: \u0007\n", ":2:7: not YAML: character U+0007 is not allowed");
    assertRefused("ratio: 1\n? [a]\n: b\n", ":2:3: a key must be text");
    assertRefused("a: ".repeat(2) + "b\n", ":1:5: not YAML: mapping values are not allowed here");
    assertRefused("store: " + "[".repeat(60), "nested too deep");
    assertRefused("# " + "x".repeat(1 << 20), "a configuration must not be above 1 MiB");
  }

  @Test
  void takesNothingForNullAndTextForWhatIsQuoted() throws Exception {
    Program read = read("second: ~\ncluster: 'null'\nstore: {token_file: NULL}\n", Map.of());
    assertThat(read.cluster()).isEqualTo("null");
    assertThat(read.store().tokenFile()).isNull();
    assertThat(read("cluster: !!str null\n", Map.of()).cluster()).isEqualTo("null");
    assertThat(read("--- ~\n", Map.of())).isEqualTo(DEFAULT);
  }

  @Test
  void namesAFileThatIsNotThere() {
    Path absent = folder.resolve("absent.yaml");
    assertThatThrownBy(() -> Configs.read(absent, Map.of(), DEFAULT, Program.class))
        .isInstanceOf(ConfigException.class)
        .hasMessage(absent + ": no such file");
  }

  @Test
  void putsTheEnvironmentOverTheFile() throws Exception {
    Program read =
        read(
            "cluster: file\nread_access: true\n",
            Map.of(
                "LOCKSTEP_CLUSTER", "1e3",
                "LOCKSTEP_STORE_URL", "https://x",
                "LOCKSTEP_STORE_BATCH_ROWS", "17",
                "LOCKSTEP_READ_ACCESS", "false",
                "LOCKSTEP_COLLECTORS", "a, b",
                "LOCKSTEP_COLLECTOR_PORT", "tcp://10.0.0.1:4318",
                "HOME", "/root"));
    assertThat(read.cluster()).isEqualTo("1e3");
    assertThat(read.store().url()).isEqualTo("https://x");
    assertThat(read.store().batchRows()).isEqualTo(17);
    assertThat(read.readAccess()).isFalse();
    assertThat(read.collectors()).containsExactly("a", "b");
  }

  @Test
  void namesTheVariableThatIsWrong() {
    assertThatThrownBy(() -> read("", Map.of("LOCKSTEP_STORE_BATCH_ROWS", "x")))
        .hasMessage("LOCKSTEP_STORE_BATCH_ROWS: store.batch_rows must be a whole number, is \"x\"");
  }

  private List<String> mistakes(String yaml, Map<String, String> environment) {
    var refused = assertThrows(ConfigException.class, () -> read(yaml, environment));
    assertThat(refused).message().hasLineCount(1);
    return refused.mistakes().stream()
        .map(one -> one.replace(folder.resolve("collector.yaml").toString(), "file"))
        .map(one -> one.replaceFirst(" \\(known here.*", ""))
        .toList();
  }

  @Test
  void namesAllMistakesInTheOrderOfTheirLines() {
    assertThat(
            mistakes(
                """
                second: {url: x, mode: other}
                store:
                  flush_every: 5
                  batch_row: 3
                  batch_rows: 0
                limits: {a: b, c: 1, d: e}
                targets:
                  - name: x
                  - adress: y
                seed: 1
                seed: many
                claster: a
                """,
                Map.of("LOCKSTEP_RATIO", "much", "LOCKSTEP_LISTEN_ADDRESS", "nowhere")))
        .containsExactly(
            "file:1:1: second.batch_rows is missing; it must be a whole number",
            "file:1:1: second.flush_every is missing; it must be a duration such as 500ms, 10s, 5m, 1h or 2d",
            "file:1:18: second.mode must be one of embedded, remote_store, is \"other\"",
            "file:3:3: store.flush_every must be a duration such as 500ms, 10s, 5m, 1h or 2d, is \"5\"",
            "file:4:3: store.batch_row is not known; did you mean store.batch_rows?",
            "file:6:10: limits.a must be a number, is \"b\"",
            "file:6:22: limits.d must be a number, is \"e\"",
            "file:8:5: targets[0].address is missing; it must be text",
            "file:9:5: targets[1].adress is not known; did you mean targets[1].address?",
            "file:11:1: seed must be a whole number, is \"many\"",
            "file:11:1: seed stands twice",
            "file:12:1: claster is not known; did you mean cluster?",
            "LOCKSTEP_LISTEN_ADDRESS: listen: address must be host:port such as 127.0.0.1:4318 or [::1]:4318, is \"nowhere\"",
            "LOCKSTEP_RATIO: ratio must be a number, is \"much\"");
  }

  @Test
  void saysOfSeveralMistakesTheFirstAndHowManyMore() {
    assertRefused(
        "ratio: x\nseed: y\n", "is \"x\" (and 1 more mistake; --check-config names both)");
    assertRefused(
        "ratio: x\nseed: y\nstore: 1\n", "(and 2 more mistakes; --check-config names all)");
  }

  @Test
  void asksARecordOfWhichAKeyIsMistypedButForThatKey() {
    assertThat(mistakes("listen: {address: '0.0.0.0:1', token_fil: x}\n", Map.of()))
        .containsExactly(
            "file:1:32: listen.token_fil is not known; did you mean listen.token_file?");
    assertThat(mistakes("store: {batch_rows: 0, flush: 1s}\n", Map.of()))
        .containsExactly(
            "file:1:9: store: batch_rows must be above 0, is 0",
            "file:1:24: store.flush is not known; did you mean store.flush_every?");
  }

  record Range(int least, int most, String name) {
    Range {
      if (least > most) {
        throw new IllegalArgumentException("least must not be above most");
      }
      if (name.isBlank()) {
        throw new IllegalArgumentException("name must not be empty");
      }
    }
  }

  record Ranges(Range one, Range other) {
    Ranges {
      if (one.equals(other)) {
        throw new IllegalArgumentException("other must not be as one");
      }
    }
  }

  @Test
  void asksARecordAgainAfterItsFirstComplaintAndBelievesNoneAboutADefault() throws Exception {
    var defaults = new Ranges(new Range(0, 9, "a"), new Range(5, 9, "b"));
    Path file = folder.resolve("collector.yaml");
    Files.writeString(file, "one: {least: 20, name: ''}\nother: {least: 3, most: x, name: ''}\n");
    var refused =
        assertThrows(
            ConfigException.class, () -> Configs.read(file, Map.of(), defaults, Ranges.class));
    assertThat(refused.mistakes())
        .containsExactly(
            file + ":1:7: one: least must not be above most",
            file + ":1:18: one: name must not be empty",
            file + ":2:19: other.most must be a whole number, is \"x\"",
            file + ":2:28: other: name must not be empty");
  }

  @ParameterizedTest
  @CsvSource({
    "STORE_BATCH_ROW, STORE_BATCH_ROWS",
    "STOR_FLUSH_EVERY, STORE_FLUSH_EVERY",
    "AGENT_BATCH_ROWS, STORE_BATCH_ROWS",
    "TOKEN_FILE, LISTEN_TOKEN_FILE",
    "LISTEN_ADRESS, LISTEN_ADDRESS",
    "LISTEN_SOMETHING_ELSE, LISTEN_TOKEN_FILE",
    "COLLECTOR, COLLECTORS",
    "CLUSTERS, CLUSTER",
    "COLECTOR_ENDPOINT, COLLECTORS",
    "COLLECTOR_URL, COLLECTORS",
    "STORR_URI, STORE_URL",
    "STORE_PORT,",
    "STORE_SERVICE_HOST,",
    "SERVICE_PORT_HTTP,",
    "PORT_4318_TCP_ADDR,",
    "COLLECTOR_PORT,",
    "HOME,",
    "JAVA_OPTS,",
    "VERSION,",
  })
  void tellsAMistypedVariableFromSomebodyElses(String name, @Nullable String meant) {
    assertThat(MeantVariable.of(name, Program.class)).isEqualTo(meant);
  }

  record Inner(String accessFile) {}

  record Ambiguous(Inner read, String readAccess, Inner readAccessMore) {}

  @Test
  void takesTheLongestKeyThatAVariableFits() throws Exception {
    var defaults = new Ambiguous(new Inner("a"), "b", new Inner("c"));
    Ambiguous read =
        Configs.read(
            null,
            Map.of("LOCKSTEP_READ_ACCESS_FILE", "x", "LOCKSTEP_READ_ACCESS_MORE_ACCESS_FILE", "y"),
            defaults,
            Ambiguous.class);
    assertThat(read).isEqualTo(new Ambiguous(new Inner("x"), "b", new Inner("y")));
  }

  @Test
  void readsBackWhatItPrints() throws Exception {
    String printed = Configs.print(DEFAULT);
    assertThat(printed)
        .contains("cluster: default", "flush_every: 200ms", "body_max: 16MiB", "mode: embedded");
    assertThat(read(printed, Map.of())).isEqualTo(DEFAULT);
  }
}
