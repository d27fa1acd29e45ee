package io.lockstep.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lockstep.simulator.NvmlStandIn;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {
  private record Result(int code, String out, String err) {}

  @TempDir Path folder;

  @Test
  void printsTheConfigurationInForceWithEveryKey() throws Exception {
    Path file =
        write(
            """
            collectors: [https://collector:4318]
            spool:
              bytes: 1GiB
            """);
    Result result = run("--config", file.toString(), "--host", "node-7", "--print-config");
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .contains("host: node-7")
        .contains("https://collector:4318")
        .contains("interval: 1s")
        .contains("bytes: 1GiB")
        .contains("age: 6h")
        .contains("address: 127.0.0.1:4319")
        .contains("timeout: 5s");
    Path again = write(result.out());
    assertThat(run("--config", again.toString(), "--print-config").out()).isEqualTo(result.out());
  }

  @Test
  void aFlagGoesBeforeTheFile() throws Exception {
    Path file = write("host: from-file\ncollectors: [http://file:4318]\n");
    Result result =
        run("--config", file.toString(), "--collector", "http://flag:4318", "--print-config");
    assertThat(result.out()).contains("http://flag:4318").doesNotContain("http://file:4318");
    assertThat(result.out()).contains("host: from-file");
  }

  @Test
  void saysThatAConfigurationIsRight() throws Exception {
    Result result = run("--config", write("interval: 2s\n").toString(), "--check-config");
    assertThat(result).isEqualTo(new Result(0, "configuration is right\n", ""));
  }

  @Test
  void saysThatAnEmptyFileSetsNothing() throws Exception {
    Path file = write("# nothing\n\n");
    Result result = run("--config", file.toString(), "--check-config");
    assertThat(result.code()).isZero();
    assertThat(result.err()).contains(file + " sets nothing: the defaults apply");
    assertThat(run("--config", write("{}\n").toString(), "--check-config").err()).isEmpty();
  }

  @Test
  void saysInOneLineWhatIsWrong() throws Exception {
    assertWrong("colectors: []\n", "colectors", "did you mean collectors?");
    assertWrong("collectors: []\n", "collectors must name at least one address");
    assertWrong("collectors: [collector:4318]\n", "must be like http://host:4318");
    assertWrong("collectors: ['http://c:4318/v1/metrics']\n", "must be like http://host:4318");
    assertWrong("collectors: ['http://user:secret@c:4318']\n", "must be like http://host:4318");
    assertWrong("interval: 10ms\n", "interval must be 100ms to 1m");
    assertWrong("host: 'node 1'\n", "host must be of letters");
    assertWrong("spool:\n  bytes: 1MiB\n", "bytes must be at least 16MiB");
    assertWrong("spool:\n  bytes: 256\n", "spool.bytes", "64MiB");
    assertWrong("spool:\n  age: 0s\n", "age must be above 0s");
    assertWrong("send:\n  timeout: 2m\n", "timeout must be above 0s and at most 60s");
    assertWrong("listen:\n  address: 0.0.0.0:4319\n", "insecure: true");
    assertWrong("send:\n  token_file: /nowhere/token\n", "/nowhere/token");
    assertWrong("send:\n  ca_file: " + write("empty\n") + "\n", "ca_file");
    Path empty = Files.writeString(folder.resolve("token"), "\n");
    assertWrong("send:\n  token_file: " + empty + "\n", "must hold one token in one line");
  }

  @Test
  void saysWhereAndOfWhichKey() throws Exception {
    assertWrong("host: a\ncollectors: []\n", ".yaml:2:1: collectors must name at least one");
    assertWrong("host: a\ncollectors: ['ftp://x']\n", ".yaml:2:1: collectors: a collector's");
    assertWrong("host: a\ninterval: 0s\n", ".yaml:2:1: interval must be 100ms to 1m");
    assertWrong("send:\n  timeout: 2m\n", ".yaml:2:3: send: timeout must be above 0s");
    assertWrong(
        "host: a\nsamplers:\n  host: 2h\n", ".yaml:3:3: samplers: host must be 100ms to 1h, is 2h");
    assertWrong(
        "samplers:\n  infiniband:\n    interval: 2h\n",
        ".yaml:3:5: samplers.infiniband: interval must be 100ms to 1h, is 2h");
    assertWrong(
        "collectors: [1, ftp://x]\n",
        "must be like http://host:4318 or https://host:4318, is \"1\"; ",
        "is \"ftp://x\"");
    assertWrong(
        "samplers: {inventory: {expect: {gpu.count: eight, memory.bytes: 2TB}}}\n",
        "gpu.count must be a number",
        "is \"eight\"; memory.bytes must",
        "is \"2TB\"");
  }

  @Test
  void saysWhichKeyNamesAFileThatCannotBeRead() throws Exception {
    for (String key : List.of("token_file", "ca_file")) {
      assertWrong(
          "send:\n  %s: /no/such\n".formatted(key),
          ".yaml:2:3: send." + key + " /no/such: no such file");
      assertWrong(
          "send:\n  %s: %s\n".formatted(key, folder), ".yaml:2:3: send." + key + " " + folder);
    }
    assertWrong(
        "forward:\n- name: a\n  url: http://a:1\n  headers_file: /no/such\n",
        ".yaml:4:3: forward[0].headers_file /no/such: no such file");
    assertWrong(
        "listen:\n  token_file: /no/such\n", ".yaml:2:3: listen.token_file: ", "/no/such: no such");
    assertWrong(
        "listen:\n  tls_cert_file: %s\n  tls_key_file: /no/such\n".formatted(folder),
        ".yaml:3:3: listen.tls_key_file /no/such: no such file");
  }

  @Test
  void namesAllMistakesAtOnce() throws Exception {
    Path file =
        write(
            """
            samplers:
              gpu: {isolaton: process, expected: 99}
            colectors: []
            spool:
              bytes: 1MiB
            interval: 1h
            """);
    assertThat(lines(run("--config", file.toString(), "--check-config")))
        .satisfiesExactly(
            one -> assertThat(one).contains(":2:9: samplers.gpu.isolaton is not known; did you"),
            one -> assertThat(one).contains(":2:28: samplers.gpu: expected must be 0 to 64"),
            one ->
                assertThat(one).contains(":3:1: colectors is not known; did you mean collectors?"),
            one -> assertThat(one).contains(":5:3: spool: bytes must be at least 16MiB"),
            one -> assertThat(one).contains(":6:1: interval must be 100ms to 1m"));
    assertThat(lines(run("--config", file.toString(), "--once")))
        .singleElement()
        .asString()
        .contains("isolaton")
        .endsWith("(and 4 more mistakes; --check-config names all)");
  }

  @Test
  void namesAllFilesThatCannotBeReadInTheOrderOfTheirLines() throws Exception {
    Path file = write("listen: {token_file: /no/listen}\nsend:\n  token_file: /no/send\n");
    assertThat(lines(run("--config", file.toString(), "--check-config")))
        .satisfiesExactly(
            one -> assertThat(one).contains(":1:10: listen.token_file: ", "/no/listen"),
            one -> assertThat(one).contains(":3:3: send.token_file /no/send: no such file"));
  }

  private static List<String> lines(Result result) {
    assertThat(result.code()).isEqualTo(2);
    return result.err().lines().toList();
  }

  @Test
  void refusesAnExpectationThatNoNumberMeets() throws Exception {
    String expect = "samplers:\n  inventory:\n    expect:\n      ";
    assertWrong(
        expect + "memory.bytes: lots\n",
        ".yaml:3:5: samplers.inventory: expect: memory.bytes must");
    assertWrong(expect + "gpu.count: 8|many\n", "must be a number");
    assertThat(run("--config", write(expect + "gpu.count: 4|8\n").toString(), "--check-config"))
        .isEqualTo(new Result(0, "configuration is right\n", ""));
  }

  @Test
  void warnsOfWhatThisServerLacks() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "abc\n");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertWarned("judge:\n  file: /no/such/verdict\n", "judge.file", "make the folder");
    assertWarned("spool:\n  folder: /proc/x\n", "spool.folder /proc/x", "choose a folder");
    assertWarned("spool:\n  folder: " + secret + "/x\n", "spool.folder", secret + " is no folder");
    assertWarned(
        "send:\n  token_file: " + secret + "\n",
        "send.token_file",
        "others can write",
        "chmod 640");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
    assertWarned("send:\n  token_file: " + secret + "\n", "everybody can read it");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r-----"));
    String right = "send:\n  token_file: %s\nspool:\n  folder: %s/a/b\n".formatted(secret, folder);
    assertThat(run("--config", write(right).toString(), "--check-config").err()).isEmpty();
  }

  private void assertWarned(String yaml, String... words) throws Exception {
    Result result = run("--config", write(yaml).toString(), "--check-config");
    assertThat(result.code()).as(yaml).isZero();
    assertThat(result.out()).isEqualTo("configuration is right\n");
    assertThat(result.err()).hasLineCount(1).startsWith("warning: ").contains(words);
  }

  @Test
  void keepsASecretOutOfItsErrors() throws Exception {
    Result result =
        run("--config", write("collectors: ['http://u:s3cret@c']\n").toString(), "--check-config");
    assertThat(result.err()).doesNotContain("s3cret");
  }

  /// The agent may read GPUs through another process; the command line does it by itself.
  @Test
  void theInventoryHasTheGpusWhateverReadsThem() throws Exception {
    assumeTrue(NvmlStandIn.possible(), "gcc is not installed");
    var nvml = new NvmlStandIn(folder);
    nvml.gpus(2);
    nvml.write();
    Path root = folder.resolve("root");
    Files.createDirectories(root.resolve("proc"));
    Files.createDirectories(root.resolve("sys"));
    String yaml =
        """
        spool: {folder: "%s"}
        samplers: {gpu: {isolation: process, library: "%s"}}
        """
            .formatted(folder.resolve("spool"), nvml.library());
    Result result = run("inventory", "--config", write(yaml).toString(), "--root", root.toString());
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).contains("gpu.count");
  }

  @Test
  void anUnknownFlagIsWrongUsage() {
    assertThat(run("--colector", "x").code()).isEqualTo(2);
  }

  private void assertWrong(String yaml, String... why) throws Exception {
    Result result = run("--config", write(yaml).toString(), "--check-config");
    assertThat(result.code()).as(yaml).isEqualTo(2);
    assertThat(result.err()).hasLineCount(1).contains(why);
  }

  private Path write(String yaml) throws IOException {
    return Files.writeString(Files.createTempFile(folder, "agent", ".yaml"), yaml);
  }

  private static Result run(String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int code =
        new CommandLine(new Main())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments);
    return new Result(code, out.toString(), err.toString());
  }
}
