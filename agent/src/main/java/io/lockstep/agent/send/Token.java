package io.lockstep.agent.send;

import io.lockstep.telemetry.config.FileProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;

/// The agent's token, from a file of its own; read again when the collector does not accept it, so
/// that a token can be changed under a running agent.
final class Token {
  private final Path file;
  private final AtomicReference<String> value = new AtomicReference<>("");

  /// Reads the file.
  ///
  /// @throws IOException when it can't be read or is empty
  Token(Path file) throws IOException {
    this.file = file;
    value.set(read());
  }

  String value() {
    return value.get();
  }

  /// Reads the file again.
  ///
  /// @return whether the token has changed
  boolean reread() throws IOException {
    String now = read();
    return !now.equals(value.getAndSet(now));
  }

  private String text() throws IOException {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IOException("token_file " + FileProblem.words(file, e), e);
    }
  }

  private String read() throws IOException {
    String token = text().strip();
    if (token.isEmpty() || token.lines().count() > 1 || !token.matches("[\\x21-\\x7e]+")) {
      throw new IOException(
          "token_file " + file + " must hold one token in one line, without blanks");
    }
    return token;
  }
}
