package io.lockstep.launcher;

import io.lockstep.collector.CollectorCommand;
import io.lockstep.collector.NotifyCommand;
import io.lockstep.simulator.SimulateCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;

/// The command `lockstep`. The agent has a class path of its own and is started by the script of
/// the same name, not from here.
@Command(
    name = "lockstep",
    description = "Watches AI training clusters: who broke step, why, and what to do.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = {
      UpCommand.class,
      DemoCommand.class,
      CollectorCommand.class,
      NotifyCommand.class,
      SimulateCommand.class,
      ExplainCommand.class,
      BenchCommand.class,
      HelpCommand.class
    },
    footer = {
      "",
      "lockstep agent --help tells of the daemon on each server; lockstep doctor of what it can read",
      "there.",
      "Exit codes: 0 done, 1 a problem was found, 2 wrong usage or configuration."
    })
public final class Main {
  private Main() {}

  /// What `--version` prints.
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {
        "lockstep " + (version == null ? "(from source)" : version),
        "JDK " + Runtime.version() + " on " + System.getProperty("os.name")
      };
    }
  }

  public static void main(String[] arguments) {
    System.exit(line().execute(arguments));
  }

  /// All commands, each of which says the same version.
  static CommandLine line() {
    var line = new CommandLine(new Main());
    line.getSubcommands()
        .values()
        .forEach(each -> each.getCommandSpec().versionProvider(new Version()));
    return line;
  }
}
