package io.lockstep.telemetry.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileProblemTest {
  @TempDir Path folder;

  @Test
  void saysTheFileAndWhatIsWrongWithIt() throws IOException {
    Path file = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, 0, 1});
    assertThat(words(() -> Files.readString(folder.resolve("none"))))
        .isEqualTo(folder.resolve("none") + ": no such file or folder");
    assertThat(words(() -> Files.createDirectories(file)))
        .isEqualTo(file + ": is there, and is no folder");
    assertThat(words(() -> Files.createDirectory(file.resolve("below"))))
        .startsWith(file + "/below: ");
    assertThat(words(() -> Files.readString(file))).isEqualTo("is no UTF-8 text");
    assertThat(FileProblem.words(new UnknownHostException("collector.invalid")))
        .isEqualTo("no such host: collector.invalid");
    assertThat(FileProblem.words(new IOException("plain"))).isEqualTo("plain");
    assertThat(FileProblem.words(new IOException())).isEqualTo("java.io.IOException");
  }

  private static String words(ThrowingCallable call) {
    try {
      call.call();
    } catch (IOException e) {
      return FileProblem.words(e);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
    throw new AssertionError("nothing went wrong");
  }
}
