package io.lockstep.telemetry.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who may speak, from a file with lines `sender cluster host-pattern token`; `#` begins a comment.
/// The pattern has `*` and `?`; a gateway that speaks for all hosts has `*`. [#refresh] takes a
/// changed file without a restart; one that can't be used leaves the old tokens in force.
///
/// Tokens are kept and compared as hashes under a key of this process, so that the time of a
/// look-up says nothing about them. Safe for any thread.
public final class Tokens {
  private static final Logger LOG = LoggerFactory.getLogger(Tokens.class);
  private static final int TOKEN_LENGTH_MIN = 16;
  private static final long FILE_BYTES_MAX = 16 << 20;

  private final Path file;
  private final SecretKeySpec key;
  private volatile FileStamp stamp;
  private volatile Map<String, Holder> holders;
  private volatile String problem = "";

  /// Who a token belongs to.
  ///
  /// @param sender its name, for logs and counters
  /// @param cluster the cluster that all it sends belongs to
  /// @param hosts which hosts it may speak for
  public record Holder(String sender, String cluster, HostPattern hosts) {}

  private Tokens(Path file) throws ConfigException {
    this.file = file;
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    this.key = new SecretKeySpec(random, "HmacSHA256");
    this.stamp = stamp();
    this.holders = read();
  }

  /// Reads the file.
  ///
  /// @throws ConfigException naming the line, never the token
  public static Tokens read(Path file) throws ConfigException {
    return new Tokens(file);
  }

  /// Who the token belongs to; null when to nobody.
  public @Nullable Holder holder(String token) {
    return holders.get(hash(token));
  }

  /// Reads the file again when it has changed. Blocks for the disk; meant for every second or so,
  /// from one thread at a time.
  public void refresh() {
    String found = reload();
    if (!found.isEmpty() && !found.equals(problem)) {
      LOG.warn("tokens kept as they were reason=\"{}\"", found);
    }
    problem = found;
  }

  /// Why the old tokens stay in force; empty when they are the file's.
  private String reload() {
    try {
      FileStamp now = stamp();
      if (!now.equals(stamp)) {
        holders = read();
        stamp = now;
        LOG.info("tokens read file={} tokens={}", file, holders.size());
      }
      return "";
    } catch (ConfigException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private FileStamp stamp() throws ConfigException {
    try {
      return FileStamp.of(file);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private Map<String, Holder> read() throws ConfigException {
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw new ConfigException(file + ": token file must not be above 16 MiB");
      }
      warnOfReaders();
      return parse(Files.readString(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private ConfigException unreadable(IOException e) {
    return new ConfigException("token file " + FileProblem.words(file, e));
  }

  private Map<String, Holder> parse(String text) throws ConfigException {
    Map<String, Holder> read = new HashMap<>();
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      String stripped = line.strip();
      if (!stripped.isEmpty() && !stripped.startsWith("#")) {
        add(read, stripped.split("\\s+"), number);
      }
    }
    return Map.copyOf(read);
  }

  private void add(Map<String, Holder> into, String[] fields, int line) throws ConfigException {
    if (fields.length != 4) {
      throw wrong(
          line, "must be `sender cluster host-pattern token`, has " + fields.length + " fields");
    }
    if (fields[3].length() < TOKEN_LENGTH_MIN) {
      throw wrong(line, "token must have at least " + TOKEN_LENGTH_MIN + " characters");
    }
    var holder = new Holder(fields[0], fields[1], new HostPattern(fields[2]));
    Holder other = into.put(hash(fields[3]), holder);
    if (other != null) {
      throw wrong(line, "token is already that of " + other.sender());
    }
  }

  private ConfigException wrong(int line, String problem) {
    return new ConfigException(file + " line " + line + ": " + problem);
  }

  private void warnOfReaders() throws IOException {
    if (!Files.getFileStore(file).supportsFileAttributeView("posix")) {
      return;
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    if (permissions.contains(PosixFilePermission.OTHERS_READ)
        || permissions.contains(PosixFilePermission.GROUP_WRITE)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      LOG.warn("token file open to others file={} mend=\"chmod 640 {}\"", file, file);
    }
  }

  private String hash(String token) {
    try {
      Mac mac = Mac.getInstance(key.getAlgorithm());
      mac.init(key);
      return HexFormat.of().formatHex(mac.doFinal(token.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }
}
