package io.lockstep.collector.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.CollectorCommand;
import io.lockstep.collector.CommandRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CertificateCheckTest {
  @TempDir Path folder;

  @Test
  void aKeyOfAnotherCertificateIsAMistakeOfTheConfigurationAndKeepsItFromStarting()
      throws Exception {
    Path one = SelfSigned.in(Files.createDirectory(folder.resolve("one"))).folder();
    Path other = SelfSigned.in(Files.createDirectory(folder.resolve("other"))).folder();
    Path right = config(one, one);
    assertThat(run(right, "--check-config").text()).isEqualTo("configuration is right\n");
    Path mixed = config(one, other);
    CommandRun checked = run(mixed, "--check-config");
    assertThat(checked.exit()).isEqualTo(2);
    assertThat(checked.text())
        .contains("receive.listen: tls_key_file " + other.resolve("key.pem") + " is not the key of")
        .contains("http.listen: tls_key_file ");
    CommandRun started = run(mixed);
    assertThat(started.exit()).isEqualTo(2);
    assertThat(started.text()).contains("receive.listen: tls_key_file ");
  }

  private Path config(Path certificate, Path key) throws Exception {
    String listen =
        "{listen: {address: '127.0.0.1:0', tls_cert_file: %s/cert.pem, tls_key_file: %s/key.pem}}"
            .formatted(certificate, key);
    return Files.writeString(
        folder.resolve("collector.yaml"),
        "data: %s/data\nreceive: %s\nhttp: %s\n".formatted(folder, listen, listen));
  }

  private static CommandRun run(Path config, String... more) {
    return CommandRun.of(
        new CommandLine(new CollectorCommand()),
        Stream.concat(Stream.of("--config", config.toString()), Stream.of(more))
            .toArray(String[]::new));
  }
}
