package io.lockstep.collector.notify;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookSigningException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/// The secrets that sink and receiver share, from a file with one on each line: all of them sign,
/// and any of them is good, so that a secret can be replaced without a gap.
///
/// Signs as Standard Webhooks says (https://www.standardwebhooks.com), by its own library.
final class SigningKeys {
  private static final String PREFIX = "whsec_";
  private static final int BYTES_MIN = 24;
  private static final int BYTES_MAX = 64;
  private static final int KEYS_MAX = 4;
  private static final long FILE_MAX = 4096;
  private static final String RECIPE =
      "echo \"whsec_$(head -c 32 /dev/urandom | base64)\" > FILE; chmod 600 FILE";

  private final List<String> secrets;

  private SigningKeys(List<String> secrets) {
    this.secrets = List.copyOf(secrets);
  }

  /// @throws IOException naming the file and what to do, never what stands in it
  static SigningKeys read(Path file) throws IOException {
    var secrets = new ArrayList<String>();
    for (String line : text(file).lines().map(String::strip).toList()) {
      if (!line.isEmpty() && !line.startsWith("#")) {
        secrets.add(checked(file, line));
      }
    }
    if (secrets.isEmpty() || secrets.size() > KEYS_MAX) {
      throw new IOException(
          "%s must hold 1 to %d secrets, one per line, holds %d; make one: %s"
              .formatted(file, KEYS_MAX, secrets.size(), RECIPE));
    }
    return new SigningKeys(secrets);
  }

  /// A new secret, as it stands in a file.
  static String make() {
    var bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return PREFIX + Base64.getEncoder().encodeToString(bytes);
  }

  /// A small file's text.
  ///
  /// @throws IOException naming the file
  static String text(Path file) throws IOException {
    try {
      if (Files.size(file) > FILE_MAX) {
        throw new FileSystemException(
            file.toString(), null, "longer than " + FILE_MAX + " bytes, not a secret's file");
      }
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new IOException(file + " does not exist", e);
    } catch (AccessDeniedException e) {
      throw new IOException("can't read " + file + ": permission denied", e);
    } catch (CharacterCodingException e) {
      throw new IOException(file + " is not text", e);
    } catch (FileSystemException e) {
      throw new IOException("can't read " + e.getMessage(), e);
    } catch (IOException e) {
      throw new IOException("can't read " + file + ": " + e.getMessage(), e);
    }
  }

  /// No cause is kept: the decoder's message quotes the secret.
  private static String checked(Path file, String secret) throws IOException {
    int bytes;
    try {
      bytes =
          secret.startsWith(PREFIX)
              ? Base64.getDecoder().decode(secret.substring(PREFIX.length())).length
              : 0;
    } catch (IllegalArgumentException _) {
      bytes = 0;
    }
    if (bytes < BYTES_MIN || bytes > BYTES_MAX) {
      throw new IOException(
          "%s must hold a secret written whsec_ and then base64 of %d to %d bytes; make one: %s"
              .formatted(file, BYTES_MIN, BYTES_MAX, RECIPE));
    }
    return secret;
  }

  /// The header `webhook-signature`.
  ///
  /// @param seconds the header `webhook-timestamp`, Unix seconds
  String sign(String id, long seconds, String body) {
    var signatures = new ArrayList<String>();
    for (String secret : secrets) {
      try {
        signatures.add(new Webhook(secret).sign(id, seconds, body));
      } catch (EmptyWebhookSecretException | WebhookSigningException e) {
        throw new IllegalStateException("a checked secret signs", e);
      }
    }
    return String.join(" ", signatures);
  }

  /// Why a message is not what somebody with the secret sent lately; empty when it is.
  ///
  /// @param headers by their names in lower case
  String problem(String body, Map<String, List<String>> headers) {
    String problem = "";
    for (String secret : secrets) {
      try {
        new Webhook(secret).verify(body, headers);
        return "";
      } catch (EmptyWebhookSecretException | WebhookVerificationException e) {
        problem = String.valueOf(e.getMessage());
      }
    }
    return problem;
  }

  /// What must not be shown.
  List<String> secrets() {
    var all = new ArrayList<>(secrets);
    secrets.forEach(one -> all.add(one.substring(PREFIX.length())));
    return all;
  }
}
