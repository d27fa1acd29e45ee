package io.lockstep.launcher;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Makes packages with `deploy/package`, each once, and lets dpkg and rpm work on a root.
///
/// @param folder where the packages are made
/// @param made packages by what they are made of
record PackageTool(Path folder, Map<String, Path> made) {
  static final Path PROGRAM = Path.of("..", "deploy", "package").toAbsolutePath();
  private static final Map<String, String> DATED = Map.of("SOURCE_DATE_EPOCH", "1790000000");

  PackageTool(Path folder) {
    this(folder, new HashMap<>());
  }

  static void needs(String program) {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin", program)), "no " + program);
  }

  /// A package's scripts run in a root of their own, which takes root.
  static void needsRoot() throws IOException, InterruptedException {
    assumeTrue(
        new Shell(Path.of(".")).run("id", "-u").strip().equals("0"),
        "a package's scripts run in a root of their own, which takes root");
  }

  /// A package of an image, made now unless it was made before.
  Path of(String kind, String part, Path image) throws IOException, InterruptedException {
    String key = kind + " " + part + " " + image;
    Path known = made.get(key);
    if (known == null) {
      known = make(List.of("--quick"), kind, part, image);
      made.put(key, known);
    }
    return known;
  }

  /// Makes one anew, as it is given to others.
  Path make(List<String> flags, String kind, String part, Path image)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of(PROGRAM.toString()));
    command.addAll(flags);
    command.addAll(List.of("--image", image.toString(), kind, part, folder.toString()));
    String said = new Shell(folder).with(DATED).run(command.toArray(String[]::new));
    return Path.of(said.strip());
  }

  void dpkg(Path root, String... arguments) throws IOException, InterruptedException {
    run(List.of("dpkg", "--root=" + root, "--log=/dev/null", "--force-unsafe-io"), arguments);
  }

  /// Without a look at dependencies: nothing in a bare root came as an rpm.
  void rpm(Path root, String... arguments) throws IOException, InterruptedException {
    run(List.of("rpm", "--root=" + root, "--dbpath=/var/lib/rpm", "--nodeps"), arguments);
  }

  private void run(List<String> begin, String... end) throws IOException, InterruptedException {
    var command = new ArrayList<>(begin);
    command.addAll(List.of(end));
    new Shell(folder).run(command.toArray(String[]::new));
  }
}
