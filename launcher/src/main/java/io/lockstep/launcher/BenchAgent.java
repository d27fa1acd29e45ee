package io.lockstep.launcher;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The agent that a bench measures: a process of its own, from this checkout or from an image.
///
/// @param folder of the bench, with its configuration, logs and spool
/// @param image an unpacked image; null for this checkout's agent
record BenchAgent(Path folder, @Nullable Path image) {
  /// Of an image, what starts the agent.
  static final String PROGRAM = "bin/lockstep-agent";

  /// `[1.234s] GC(7) Pause Young (Allocation Failure) 4M->3M(8M) 1.2ms`, as -Xlog:gc writes.
  private static final Pattern COLLECTION =
      Pattern.compile("Pause [^>]* ([0-9]+)([KM])->([0-9]+)([KM])\\(");

  /// Writes its configuration. It sheds nothing, whatever it takes: that is what is measured.
  ///
  /// @param server what its configuration says of the server
  /// @param spoolMebibytes bound of its spool
  void configure(String server, BenchReceiver receiver, long spoolMebibytes) throws IOException {
    String own =
        """
        spool: {folder: %s, bytes: %dMiB}
        budget: {cpu: 64}
        judge: {file: %s}
        listen: {address: 127.0.0.1:0}
        """
            .formatted(
                Site.quoted(spool()), spoolMebibytes, Site.quoted(folder.resolve("verdict")));
    Files.writeString(config(), receiver.configuration() + server + own);
  }

  Path spool() {
    return folder.resolve("spool");
  }

  private Path config() {
    return folder.resolve("agent.yaml");
  }

  private Path collections() {
    return folder.resolve("gc.log");
  }

  /// How many values a round of everything has.
  long values() throws IOException, InterruptedException {
    Path out = folder.resolve("once.json");
    var command = command();
    command.addAll(List.of("--once", "--format", "json"));
    Process once =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(folder.resolve("once.log").toFile())
            .start();
    if (once.waitFor() != 0) {
      throw new IOException(
          "the agent does not run: " + Files.readString(folder.resolve("once.log")).strip());
    }
    return new ObjectMapper().readTree(out.toFile()).path("samples").size();
  }

  private List<String> command() {
    var command = new ArrayList<String>();
    if (image != null) {
      command.add(image.resolve(PROGRAM).toString());
    } else {
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("@" + Path.of(System.getProperty("lockstep.home"), "deploy", "agent.args"));
      command.add("-cp");
      command.add(System.getProperty("lockstep.agent.classpath"));
      command.add("io.lockstep.agent.Main");
    }
    command.addAll(List.of("--config", config().toString()));
    return command;
  }

  /// A JVM's option: with it [#allocated] knows something.
  String collectionsLog() {
    return "-Xlog:gc:file=" + collections();
  }

  /// Starts it.
  ///
  /// @param option of its JVM, one more
  Process start(String option) throws IOException {
    List<String> command = command();
    if (image == null) {
      command.add(1, option);
    }
    var builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("agent.log").toFile());
    return started(builder, image == null ? "" : option);
  }

  /// Starts a [SoakedAgent]: the agent's Java, flags and classes, and two classes from here.
  Process soak(int hours) throws IOException {
    Path home = image == null ? Path.of(System.getProperty("java.home")) : image.resolve("java");
    Path deploy = image == null ? Path.of(System.getProperty("lockstep.home"), "deploy") : image;
    String agent =
        image == null
            ? System.getProperty("lockstep.agent.classpath")
            : image.resolve("lib/*") + "";
    String here = BenchAgent.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    var builder =
        new ProcessBuilder(
                home.resolve("bin/java").toString(),
                "@" + deploy.resolve("agent.args"),
                "-cp",
                agent + ":" + here,
                SoakedAgent.class.getName(),
                config().toString(),
                String.valueOf(hours * 3600 / SoakedAgent.STEP))
            .redirectError(folder.resolve("agent.log").toFile());
    return started(builder, "");
  }

  /// Without what the environment says to an agent; ends with this process.
  private static Process started(ProcessBuilder builder, String options) throws IOException {
    builder.environment().keySet().removeIf(variable -> variable.startsWith("LOCKSTEP_"));
    builder.environment().put("LOCKSTEP_JAVA_OPTS", options);
    Process process = builder.start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    return process;
  }

  /// Bytes that the agent has allocated until its last collection, by what each collection found
  /// more than the one before had left.
  long allocated() throws IOException {
    long sum = 0;
    long left = 0;
    for (String line : Files.readAllLines(collections())) {
      Matcher pause = COLLECTION.matcher(line);
      if (pause.find()) {
        sum += Math.max(0, bytes(pause.group(1), pause.group(2)) - left);
        left = bytes(pause.group(3), pause.group(4));
      }
    }
    return sum;
  }

  private static long bytes(String number, String unit) {
    return Long.parseLong(number) << (unit.equals("K") ? 10 : 20);
  }
}
