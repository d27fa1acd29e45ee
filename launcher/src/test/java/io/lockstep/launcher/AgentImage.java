package io.lockstep.launcher;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The agent's image, made once for all tests that want one.
final class AgentImage {
  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
  private static @Nullable Path archive;

  private AgentImage() {}

  /// The `tar.gz`, as `deploy/image` made it from the jars of this build.
  static synchronized Path archive() throws IOException, InterruptedException {
    assumeTrue(
        Files.isDirectory(HOME.resolve("agent/target/lib")),
        "the agent's jars are not there yet: ./mvnw verify makes them");
    Path made = archive;
    if (made == null) {
      // with the Java of this build: the image needs none, making it does
      Map<String, String> java =
          Map.of(
              "JAVA_HOME",
              System.getProperty("java.home"),
              "LOCKSTEP_BENCH_CLASSPATH",
              System.getProperty("java.class.path"));
      String folder = HOME.resolve("launcher/target/image").toString();
      String said = new Shell(HOME).with(java).run("deploy/image", "--as-built", "agent", folder);
      made = Path.of(said.strip());
      archive = made;
    }
    return made;
  }

  /// Unpacks it.
  ///
  /// @return the folder with the program
  static Path unpacked(Path folder) throws IOException, InterruptedException {
    new Shell(folder).run("tar", "-xzf", archive().toString());
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(Files::isDirectory).findFirst().orElseThrow();
    }
  }
}
