package io.lockstep.telemetry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {
  private static final String FIRST = "0123456789abcdef";
  private static final String SECOND = "fedcba9876543210";

  @TempDir Path folder;

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("tokens"), text);
  }

  private void touch(int seconds) throws IOException {
    Path file = folder.resolve("tokens");
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000L * seconds));
  }

  @Test
  void knowsWhoATokenBelongsTo() throws Exception {
    Tokens tokens =
        Tokens.read(
            write(
                """
                # who    cluster  hosts   token
                rack1    prod     gpu-1-* %s

                gateway  prod     *       %s
                """
                    .formatted(FIRST, SECOND)));
    var rack = tokens.holder(FIRST);
    assertThat(rack).isNotNull();
    assertThat(rack.sender()).isEqualTo("rack1");
    assertThat(rack.cluster()).isEqualTo("prod");
    assertThat(rack.hosts().test("gpu-1-7")).isTrue();
    assertThat(rack.hosts().test("gpu-2-7")).isFalse();
    var gateway = tokens.holder(SECOND);
    assertThat(gateway).isNotNull();
    assertThat(gateway.hosts().test("anything")).isTrue();
    assertThat(tokens.holder("")).isNull();
    assertThat(tokens.holder(FIRST + " ")).isNull();
  }

  @Test
  void namesTheLineButNeverTheToken() throws IOException {
    String twice = "a b c " + FIRST;
    assertRefused("a b c", "line 1: must be `sender cluster host-pattern token`, has 3 fields");
    assertRefused("#\na b c short", "line 2: token must have at least 16 characters");
    assertRefused(twice + "\nother b c " + FIRST, "line 2: token is already that of a");
  }

  private void assertRefused(String text, String message) throws IOException {
    Path file = write(text);
    assertThatThrownBy(() -> Tokens.read(file))
        .isInstanceOf(ConfigException.class)
        .message()
        .contains(file.toString(), message)
        .doesNotContain(FIRST, "short");
  }

  @Test
  void takesAChangedFileAndKeepsTheOldTokensWhenItIsBad() throws Exception {
    Tokens tokens = Tokens.read(write("a c * " + FIRST));
    write("a c * " + SECOND);
    touch(1);
    tokens.refresh();
    assertThat(tokens.holder(FIRST)).isNull();
    assertThat(tokens.holder(SECOND)).isNotNull();

    write("nonsense");
    touch(2);
    tokens.refresh();
    assertThat(tokens.holder(SECOND)).isNotNull();

    Files.delete(folder.resolve("tokens"));
    tokens.refresh();
    assertThat(tokens.holder(SECOND)).isNotNull();

    write("# nobody any more");
    touch(3);
    tokens.refresh();
    assertThat(tokens.holder(SECOND)).isNull();
  }

  @Test
  void matchesHostsByPattern() {
    assertThat(new HostPattern("*").test("")).isTrue();
    assertThat(new HostPattern("gpu-?").test("gpu-1")).isTrue();
    assertThat(new HostPattern("gpu-?").test("gpu-12")).isFalse();
    assertThat(new HostPattern("a.b").test("axb")).isFalse();
    assertThat(new HostPattern("a\\Q**\\E").test("a\\Qanything\\E")).isTrue();
  }
}
