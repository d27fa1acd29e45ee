package io.lockstep.agent.send;

import io.lockstep.telemetry.config.Authorities;
import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.config.FileStamp;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLSocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whom a TLS connection trusts: the certificates of one PEM file, and nobody else. A file that was
/// changed is read again; one that can't be used leaves those before in force. Any thread.
final class Trust {
  private static final Logger LOG = LoggerFactory.getLogger(Trust.class);

  private final Path file;
  private FileStamp stamp;
  private SSLSocketFactory sockets;
  private String problem = "";

  /// Reads the file.
  ///
  /// @throws IOException when it can't be read or holds no certificate
  Trust(Path file) throws IOException {
    this.file = file;
    try {
      this.stamp = FileStamp.of(file);
      this.sockets = only(file);
    } catch (FileSystemException e) {
      throw new IOException("ca_file " + FileProblem.words(file, e), e);
    }
  }

  /// Sockets that trust what stands in the file now.
  synchronized SSLSocketFactory sockets() {
    try {
      FileStamp now = FileStamp.of(file);
      if (!now.equals(stamp)) {
        sockets = only(file);
        stamp = now;
        LOG.info("certificates to trust are read again file={}", file);
      }
      problem = "";
    } catch (IOException e) {
      String found = FileProblem.words(file, e);
      if (!found.equals(problem)) {
        LOG.warn("certificates to trust are kept as they were reason=\"{}\"", found);
      }
      problem = found;
    }
    return sockets;
  }

  /// Sockets that trust the certificates in a file.
  ///
  /// @throws IOException when the file can't be read or holds no certificate
  private static SSLSocketFactory only(Path pem) throws IOException {
    try {
      return Authorities.read(pem)
          .orElseThrow(() -> new IOException("ca_file " + pem + " holds no certificate"))
          .sockets();
    } catch (GeneralSecurityException e) {
      throw new IOException("ca_file " + pem + " can't be used: " + e.getMessage(), e);
    }
  }
}
