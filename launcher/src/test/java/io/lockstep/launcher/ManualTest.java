package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lockstep.launcher.ManualPage.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.AutoComplete;
import picocli.CommandLine;

/// Manual pages and completion of the programs, as `deploy/` holds them, are those of the commands.
class ManualTest {
  private static final Path DEPLOY = Path.of("..", "deploy");

  /// A command that is no Java's: deploy/lockstep-check.
  private static final Section CHECK =
      new Section(
          "CHECK",
          List.of(
              "lockstep-agent check [--slurm] [--json] [--max-age SECONDS] [--file FILE]",
              "Says whether this server is well, by what its agent said last, without starting a Java."
                  + " --slurm counts only faults for which no job should start. --json prints the verdict"
                  + " as JSON. A verdict older than --max-age (30 seconds) is none. --file says where the"
                  + " agent keeps it (/run/lockstep/verdict). Exit codes: 0 healthy, 1 unhealthy, 2 wrong"
                  + " usage, 3 cannot tell. Scripts for Slurm are in the folder slurm beside the program."));

  private static final Section SIGNALS =
      new Section(
          "SIGNALS",
          List.of(
              "SIGHUP",
              "Reads the configuration anew. One that is wrong changes nothing and is said in the log.",
              "SIGTERM, SIGINT",
              "Hands over what can be handed over within some seconds, and ends with 143 or 130. What is"
                  + " not sent stays in the spool."));

  @TempDir Path folder;

  @Test
  void thePagesSayWhatTheCommandsSay() throws IOException {
    golden(
        "man/lockstep-agent.8",
        ManualPage.of(
            agent().getCommandSpec(), 8, List.of(CHECK, SIGNALS, environment(), files("agent"))));
    golden(
        "man/lockstep-collector.8",
        ManualPage.of(collector().getCommandSpec(), 8, List.of(environment(), files("collector"))));
  }

  @Test
  void completionKnowsWhatTheCommandsKnow() throws IOException {
    golden("completion/lockstep-agent", completion(agent()));
    golden("completion/lockstep-collector", completion(collector()));
    golden("completion/lockstep", completion(everything()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"agent", "collector"})
  void manFindsNothingWrongWithThePage(String part) throws Exception {
    assumeTrue(there("mandoc"), "no mandoc (Debian package mandoc)");
    Path page = DEPLOY.resolve("man/lockstep-" + part + ".8").toAbsolutePath();
    assertThat(new Shell(folder).run("mandoc", "-T", "lint", "-W", "error", page.toString()))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "lockstep-agent, --check, --check-config",
    "lockstep-collector, --print, --print-config",
    "lockstep-collector, noti, notify",
    "lockstep, explai, explain",
    "lockstep, doct, doctor"
  })
  void bashCompletesWhatWasBegun(String program, String begun, String whole) throws Exception {
    assumeTrue(there("bash"), "no bash");
    String script =
        """
        . %s
        COMP_WORDS=(%s %s) COMP_CWORD=1 COMPREPLY=()
        $(complete -p %s | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
        printf '%%s\\n' "${COMPREPLY[@]}"
        """
            .formatted(
                DEPLOY.resolve("completion/" + program).toAbsolutePath(), program, begun, program);
    assertThat(new Shell(folder).run("bash", "-c", script).lines()).contains(whole);
  }

  private static boolean there(String program) {
    return Files.isExecutable(Path.of("/usr/bin", program));
  }

  private static CommandLine agent() {
    return new CommandLine(new io.lockstep.agent.Main()).setCommandName("lockstep-agent");
  }

  /// The program of the image: the collector, and tools as its commands.
  private static CommandLine collector() {
    var tools = new CommandLine(Main.class).getSubcommands();
    var collector = command(tools, "collector").setCommandName("lockstep-collector");
    for (String tool : List.of("notify", "explain", "simulate")) {
      collector.addSubcommand(tool, command(tools, tool));
    }
    return collector;
  }

  /// The command of a checkout: `agent` and `doctor` are started by its script.
  private static CommandLine everything() {
    return new CommandLine(Main.class)
        .addSubcommand("agent", agent())
        .addSubcommand("doctor", agent());
  }

  private static CommandLine command(Map<String, CommandLine> all, String name) {
    return Objects.requireNonNull(all.get(name));
  }

  private static Section environment() {
    return new Section(
        "ENVIRONMENT",
        List.of(
            "LOCKSTEP_KEY",
            "Sets a key of the configuration: its path in capitals, underscores for dots. A flag goes"
                + " before the environment, the environment before the file.",
            "LOCKSTEP_JAVA_OPTS",
            "Further options of the Java that the program brings."));
  }

  private static Section files(String part) {
    return new Section(
        "FILES",
        List.of(
            "/etc/lockstep/" + part + ".yaml",
            "The configuration that the service reads; --print-config shows every key.",
            "/var/lib/lockstep/" + (part.equals("agent") ? "spool" : "collector"),
            part.equals("agent")
                ? "What waits until the collector has stored it; bounded by spool.bytes and spool.age."
                : "The store, and the state of alerts."));
  }

  /// Without its first line: it is read by a shell and never run.
  private static String completion(CommandLine line) {
    return AutoComplete.bash(line.getCommandName(), line).replaceFirst("#!.*\n#\n", "");
  }

  private static void golden(String name, String text) throws IOException {
    Path file = DEPLOY.resolve(name);
    if ("update".equals(System.getProperty("golden"))) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    }
    assertThat(file).as("run ./mvnw verify -Dgolden=update").hasContent(text);
  }
}
