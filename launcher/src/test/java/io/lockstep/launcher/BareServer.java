package io.lockstep.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The root of a server that has next to nothing: the C library, a shell and the few programs that
/// a package's scripts may count on, copied from this machine. No Java. What is asked of systemd is
/// written down.
record BareServer(Path root) {
  private static final List<String> PROGRAMS =
      List.of(
          "/bin/sh",
          "/bin/cat",
          "/bin/chgrp",
          "/bin/chmod",
          "/bin/chown",
          "/usr/bin/dirname",
          "/usr/bin/getent",
          "/bin/ls",
          "/bin/mkdir",
          "/bin/readlink",
          "/bin/rm",
          "/bin/rmdir",
          "/usr/sbin/nologin",
          "/usr/sbin/useradd",
          "/usr/sbin/userdel",
          "/usr/bin/dpkg-statoverride");

  /// Folders that every server has, with something in them.
  private static final List<String> FOLDERS =
      List.of(
          "etc/systemd/system",
          "proc",
          "run/systemd/system",
          "tmp",
          "usr/lib/systemd/system",
          "usr/share/doc",
          "usr/share/man/man8",
          "var/lib",
          "var/tmp");

  private static final String SYSTEMCTL =
      """
      #!/bin/sh
      echo "$*" >>/run/asked-of-systemd
      """;

  private static final Pattern LIBRARY = Pattern.compile("(/[^ ]+) \\(0x");

  /// Makes one.
  static BareServer make(Path root) throws IOException, InterruptedException {
    var server = new BareServer(root);
    Files.createDirectories(root.resolve("usr/bin"));
    for (String folder : List.of("bin", "sbin", "lib", "lib64", "usr/sbin")) {
      Path there = Path.of("/").resolve(folder);
      if (Files.isSymbolicLink(there)) { // /bin is usr/bin on most
        Path target = Files.readSymbolicLink(there);
        Files.createDirectories(root.resolve(target));
        Files.createSymbolicLink(root.resolve(folder), target);
      }
    }
    for (String program : PROGRAMS) {
      server.bring(program);
    }
    // all parts of the C library, which an older one has more of
    server.bringLibrariesOf(System.getProperty("java.home") + "/lib/server/libjvm.so");
    server.file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
    server.file("etc/group", "root:x:0:\n");
    server.file("etc/shadow", "root:*:1::::::\n");
    server.file("etc/gshadow", "root:*::\n");
    server.file("etc/login.defs", "SYS_UID_MIN 100\nSYS_UID_MAX 999\n");
    server.file("etc/nsswitch.conf", "passwd: files\ngroup: files\n");
    server.file("dev/null", ""); // a file takes what is thrown away as well
    server.file("usr/bin/systemctl", SYSTEMCTL);
    server.file("run/asked-of-systemd", "");
    for (String folder : FOLDERS) {
      server.file(folder + "/of-others", ""); // an empty one dpkg would take away
    }
    root.resolve("usr/bin/systemctl").toFile().setExecutable(true);
    return server;
  }

  /// Lets dpkg find a database with what the package depends on.
  void prepareForDpkg() throws IOException, InterruptedException {
    Files.createDirectories(root.resolve("var/lib/dpkg/info"));
    Files.createDirectories(root.resolve("var/lib/dpkg/updates"));
    String processor = new Shell(root).run("dpkg", "--print-architecture").strip();
    file(
        "var/lib/dpkg/status",
        installed("libc6", "2.17", processor) + installed("passwd", "1", processor));
  }

  private static String installed(String name, String version, String processor) {
    return """
    Package: %s
    Status: install ok installed
    Maintainer: nobody
    Architecture: %s
    Version: %s
    Description: -

    """
        .formatted(name, processor, version);
  }

  private void bring(String program) throws IOException, InterruptedException {
    copy(Path.of(program));
    bringLibrariesOf(program);
  }

  private void bringLibrariesOf(String program) throws IOException, InterruptedException {
    Process ldd = new ProcessBuilder("ldd", program).redirectErrorStream(true).start();
    String said = new String(ldd.getInputStream().readAllBytes(), UTF_8);
    ldd.waitFor();
    var library = LIBRARY.matcher(said);
    while (library.find()) {
      copy(Path.of(library.group(1)));
    }
  }

  private void copy(Path file) throws IOException {
    Path place = root.resolve(file.toString().substring(1));
    Files.createDirectories(place.getParent());
    if (!Files.exists(place)) {
      Files.copy(file.toRealPath(), place, StandardCopyOption.COPY_ATTRIBUTES);
    }
  }

  /// Writes a file, with the folders above it.
  Path file(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  /// Runs a program of this server's, with the kernel's files where every server has them: the
  /// dynamic linker asks there for a program's own folder.
  String run(String... command) throws IOException, InterruptedException {
    String mounted = "mount --bind /proc \"$1/proc\" && exec chroot \"$@\"";
    var all = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", mounted, "sh"));
    all.add(root.toString());
    all.addAll(List.of(command));
    return new Shell(root).run(all.toArray(String[]::new));
  }

  /// What was asked of systemd since this was asked last.
  List<String> askedOfSystemd() throws IOException {
    Path file = root.resolve("run/asked-of-systemd");
    List<String> asked = Files.readAllLines(file);
    Files.writeString(file, "");
    return asked;
  }

  /// Names of all files and folders but those of package managers, the copies that useradd makes of
  /// what it changes, and caches of the C library.
  SortedSet<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      var names = new TreeSet<String>();
      all.map(path -> root.relativize(path).toString())
          .filter(name -> !name.matches("var/lib/(dpkg|rpm).*|etc/.*-|etc/sub.id|etc/ld.so.cache"))
          .filter(name -> !name.matches("etc/.*\\.lock|var|var/(cache|log).*|usr/lib/sysimage.*"))
          .forEach(names::add);
      return names;
    }
  }

  /// Owner, group and permissions of a file: `0:100 640`.
  String access(String name) throws IOException, InterruptedException {
    return new Shell(root).run("stat", "-c", "%u:%g %a", name).strip();
  }
}
