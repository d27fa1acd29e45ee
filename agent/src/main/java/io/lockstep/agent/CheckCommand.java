package io.lockstep.agent;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `lockstep agent check` as help, manual and completion tell it. What answers is a program of its
/// own, `deploy/lockstep-check`, which the agent's starts without a Java: it takes the same
/// options.
@Command(
    name = "check",
    description =
        "Says whether this server is well, by what its agent said last, without starting a Java."
            + " Scripts for Slurm are in the folder slurm beside the program.",
    sortOptions = false,
    modelTransformer = CheckCommand.Own.class,
    footer = {"", "Exit codes: 0 healthy, 1 unhealthy, 2 wrong usage, 3 cannot tell."})
@SuppressWarnings("UnusedVariable") // the script reads them
final class CheckCommand implements Callable<Integer> {
  /// Without the options of the agent: the script does not know them.
  static final class Own implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec check) {
      List.copyOf(check.options()).stream().filter(OptionSpec::inherited).forEach(check::remove);
      return check;
    }
  }

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--slurm", description = "Only faults for which no job should start count.")
  private boolean slurm;

  @Option(names = "--json", description = "Print the verdict as JSON.")
  private boolean json;

  @Option(
      names = "--max-age",
      paramLabel = "SECONDS",
      description =
          "An older verdict is none (default: 30; at least 15: the agent renews it every 11 or so).")
  private int maxAge;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description =
          "Where the agent keeps it, judge.file (default: LOCKSTEP_JUDGE_FILE, else"
              + " /run/lockstep/verdict).")
  private @Nullable Path file;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help message and exit.")
  private boolean help;

  /// Comes here when the program was not asked for it first.
  @Override
  public Integer call() {
    PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
    err.println("lockstep agent: check must be the first word: lockstep-agent check [--slurm] …");
    err.flush();
    return Lifetime.EXIT_CONFIG;
  }
}
