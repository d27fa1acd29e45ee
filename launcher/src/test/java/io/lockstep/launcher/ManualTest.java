package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lockstep.launcher.ManualPage.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
import picocli.CommandLine.Model.OptionSpec;

/// Manual pages and completion of the programs, as `deploy/` holds them, are those of the commands.
class ManualTest {
  private static final Path DEPLOY = Path.of("..", "deploy");

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
            agent().getCommandSpec(), 8, List.of(SIGNALS, environment(), files("agent"))));
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
    "lockstep-agent, --check-c, --check-config",
    "lockstep-agent, chec, check",
    "lockstep-collector, --print, --print-config",
    "lockstep-collector, noti, notify",
    "lockstep, explai, explain",
    "lockstep, doct, doctor"
  })
  void bashCompletesWhatWasBegun(String program, String begun, String whole) throws Exception {
    assumeTrue(there("bash"), "no bash");
    assertThat(completed(program, List.of(begun))).contains(whole);
  }

  @Test
  void completionOffersWhatTheProgramWants() throws Exception {
    assumeTrue(there("bash"), "no bash");
    assertThat(completed("lockstep-agent", List.of("--format", "")))
        .containsExactly("prometheus", "json");
    assertThat(completed("lockstep-agent", List.of("check", "--")))
        .contains("--slurm", "--json", "--max-age", "--file");
  }

  /// The command that answers is a script: what is told of it is what it takes.
  @Test
  void helpAndScriptOfCheckTakeTheSame() throws Exception {
    String script = Files.readString(DEPLOY.resolve("lockstep-check"));
    String said =
        script.lines().filter(line -> line.contains("; takes ")).findFirst().orElseThrow();
    CommandLine check = command(agent().getSubcommands(), "check");
    var told = new ArrayList<String>();
    for (OptionSpec one : check.getCommandSpec().options()) {
      if (!one.usageHelp()) {
        told.add(one.longestName() + (one.arity().max() == 0 ? "" : " " + one.paramLabel()));
      }
    }
    assertThat(said).contains("; takes " + String.join(", ", told) + "\"");
    assertThat(agent().getUsageMessage()).contains("check", "inventory");
  }

  private List<String> completed(String program, List<String> words) throws Exception {
    String script =
        """
        . %s
        COMP_WORDS=(%s "$@") COMP_CWORD=$# COMPREPLY=()
        $(complete -p %s | sed 's/.*-F \\([^ ]*\\) .*/\\1/') %s "${@: -1}" "${COMP_WORDS[COMP_CWORD - 1]}" 2>&-
        printf '%%s\\n' "${COMPREPLY[@]}"
        """
            .formatted(
                DEPLOY.resolve("completion/" + program).toAbsolutePath(),
                program,
                program,
                program);
    var line = new ArrayList<>(List.of("bash", "-c", script, "bash"));
    line.addAll(words);
    return new Shell(folder).run(line.toArray(new String[0])).lines().toList();
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
