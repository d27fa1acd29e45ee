package io.lockstep.collector.store;

import io.lockstep.telemetry.config.ByteSize;
import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.config.SecretFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// QuestDB's data folder: its settings, which are ours to write, and its passwords, which only this
/// folder's owner can read.
final class QuestDbFolder {
  static final String USER = "lockstep";

  private static final Logger LOG = LoggerFactory.getLogger(QuestDbFolder.class);

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  /// To standard output, of which the supervisor keeps a bounded file: QuestDB's own file writer
  /// buffers, and so loses what it said before it died.
  private static final String LOG_SETTINGS =
      """
      writers=stdout
      w.stdout.class=io.questdb.log.LogConsoleWriter
      w.stdout.level=ERROR,CRITICAL,ADVISORY
      """;

  private final Path root;
  private final ReadAccess readAccess;

  QuestDbFolder(Path root, ReadAccess readAccess) {
    this.root = root;
    this.readAccess = readAccess;
  }

  Path root() {
    return root;
  }

  /// How much room its disk has.
  ///
  /// @param before what was found before
  Room room(ByteSize keep, Room before) {
    try {
      FileStore disk = Files.getFileStore(root);
      return Room.of(disk.getUsableSpace(), disk.getTotalSpace(), keep, before);
    } catch (IOException _) {
      return before;
    }
  }

  Path console() {
    return root.resolve("questdb.log");
  }

  /// Where QuestDB unpacks its native library.
  Path unpacked() {
    return root.resolve("tmp");
  }

  /// Deletes the libraries that runs left which were killed.
  private void clearUnpacked() throws IOException {
    Files.createDirectories(unpacked(), OWNER_FOLDER);
    try (DirectoryStream<Path> left = Files.newDirectoryStream(unpacked())) {
      for (Path file : left) {
        Files.deleteIfExists(file);
      }
    }
  }

  /// Makes the folder ready for a start.
  ///
  /// @param port where to listen on loopback; 0 for any free port
  /// @param settings QuestDB's own settings, which win over ours
  /// @return the password
  String prepare(int port, Map<String, String> settings) throws IOException {
    Files.createDirectories(root, OWNER_FOLDER);
    Files.createDirectories(root.resolve("conf"), OWNER_FOLDER);
    clearUnpacked();
    String password = password(root.resolve("password"));
    var all = new LinkedHashMap<>(fixed());
    all.putAll(settings);
    all.put("http.net.bind.to", "127.0.0.1:" + port);
    all.put("http.user", USER);
    all.put("http.password", password);
    all.putAll(reading());
    write(
        root.resolve("conf/server.conf"),
        all.entrySet().stream()
            .map(setting -> setting.getKey() + "=" + setting.getValue() + "\n")
            .collect(Collectors.joining()));
    write(root.resolve("conf/log.conf"), LOG_SETTINGS);
    return password;
  }

  /// What differs from QuestDB's defaults, as documented in its `server.conf`: nothing listens but
  /// HTTP; pools and pages are sized for a server that has other work, too.
  private static Map<String, String> fixed() {
    var settings = new LinkedHashMap<String, String>();
    settings.put("http.min.enabled", "false");
    settings.put("line.tcp.enabled", "false");
    settings.put("line.udp.enabled", "false");
    settings.put("line.auto.create.new.tables", "false");
    settings.put("line.auto.create.new.columns", "false");
    settings.put("line.log.message.on.error", "false");
    settings.put("telemetry.enabled", "false");
    settings.put("metrics.enabled", "false");
    settings.put("log.sql.query.progress.exe", "false");
    settings.put("cairo.mat.view.enabled", "false");
    // The dearest panel of the dashboard takes 4 s; a question must not hold memory for long.
    settings.put("query.timeout.sec", "20");
    // Writing and asking share the network's threads: one slow question must not stop writing.
    settings.put("shared.network.worker.count", "2");
    settings.put("shared.query.worker.count", "1");
    settings.put("shared.write.worker.count", "1");
    settings.put("wal.apply.worker.count", "1");
    // Neither is used here; at their default they wake up a hundred times a second.
    settings.put("view.compiler.worker.count", "1");
    settings.put("view.compiler.worker.sleep.timeout", "1000");
    settings.put("export.worker.sleep.timeout", "1000");
    // Each is taken per column, and the tables here are wide: 16 MiB and 1 MiB of disk and 8 MiB of
    // memory by default.
    settings.put("cairo.writer.data.append.page.size", "256K");
    settings.put("cairo.wal.writer.data.append.page.size", "256K");
    settings.put("cairo.o3.column.memory.size", "256K");
    return settings;
  }

  /// What opens PostgreSQL's protocol for reading, and for nothing else: the one user that it knows
  /// is refused everything that changes something, and its questions have threads of their own, so
  /// that writing never waits for them.
  private Map<String, String> reading() {
    var settings = new LinkedHashMap<String, String>();
    String password = readAccess.enabled() ? readPassword() : "";
    settings.put("pg.enabled", String.valueOf(!password.isEmpty()));
    if (!password.isEmpty()) {
      settings.put("pg.net.bind.to", readAccess.address());
      settings.put("pg.net.connection.limit", "32");
      settings.put("pg.worker.count", "2");
      settings.put("pg.security.readonly", "true");
      settings.put("pg.user", ReadAccess.USER);
      settings.put("pg.password", password);
      settings.put("pg.readonly.user.enabled", "false");
      // Else who may read may also have tables written to files, or suspend them.
      settings.put("cairo.sql.copy.export.root", "");
      settings.put("dev.mode.enabled", "false");
    }
    return settings;
  }

  /// The address for readers; empty when they are not let in.
  String readers() {
    return readAccess.enabled() ? readAccess.address() : "";
  }

  /// Where the reading user's password stands.
  Path readPasswordFile() {
    return readAccess.passwordFile().isEmpty()
        ? root.resolve("read-password")
        : Path.of(readAccess.passwordFile());
  }

  /// Empty where it can't be had: then readers are not let in, and the store runs all the same.
  private String readPassword() {
    Path file = readPasswordFile();
    try {
      String password = password(file);
      if (!password.matches("[!-~&&[^\\\\]]+")) {
        throw new IOException(
            file + ": must be of printable ASCII characters without space or backslash");
      }
      if (SecretFile.isOpenToAll(file)) {
        LOG.warn("everybody on this server can read the store's password: chmod 640 {}", file);
      }
      return password;
    } catch (IOException e) {
      LOG.error(
          "questdb read_access off reason=\"store.read_access.password_file: {}\"; mend it and start"
              + " the collector anew; a file that is not there is made, where its folder can be"
              + " written",
          FileProblem.words(e));
      return "";
    }
  }

  /// The password in a file, which gets a random one where there is none.
  private static String password(Path file) throws IOException {
    if (Files.exists(file)) {
      String password = Files.readString(file).strip();
      if (!password.isEmpty()) {
        return password;
      }
    }
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    String password = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    write(file, password + "\n");
    return password;
  }

  /// Whole or not at all, and never readable by others, not even for a moment.
  private static void write(Path file, String text) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    Files.createFile(fresh, OWNER_FILE);
    Files.write(fresh, text.getBytes(StandardCharsets.UTF_8));
    Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}
