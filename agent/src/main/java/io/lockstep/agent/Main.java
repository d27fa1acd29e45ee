package io.lockstep.agent;

import io.lockstep.agent.doctor.Diagnosis;
import io.lockstep.agent.doctor.Doctor;
import io.lockstep.agent.doctor.DoctorReport;
import io.lockstep.agent.sample.Once;
import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.Configs;
import io.lockstep.telemetry.config.FileProblem;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// `lockstep agent`: reads what there is on this server and sends it to a collector.
@Command(
    name = "lockstep agent",
    description = "Reads what this server's hardware says and sends it to a collector.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    subcommands = {InventoryCommand.class, CheckCommand.class},
    footer = {
      "",
      "What a flag does not say is taken from the environment (as",
      "LOCKSTEP_COLLECTORS), then the file, then the default.",
      "Exit codes: 0 done, 1 --doctor found something bad, 2 wrong usage or",
      "configuration."
    })
public final class Main implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "Configuration, YAML.")
  private @Nullable Path file;

  @Option(
      names = "--check-config",
      description = "Say whether the configuration is right, else each mistake in it, and end.")
  private boolean check;

  @Option(names = "--print-config", description = "Print the configuration in force, and end.")
  private boolean print;

  @Option(
      names = "--host",
      paramLabel = "NAME",
      description = "This server's name (default: the kernel's).")
  private @Nullable String host;

  @Option(
      names = "--collector",
      paramLabel = "URL",
      description = "Where to send to, like http://collector:4318; repeatable.")
  private List<URI> collectors = List.of();

  @Option(names = "--once", description = "Print one round of samples, and end; nothing is sent.")
  private boolean once;

  @Option(
      names = "--checks",
      description = "With --once: run the site's checks too, each once; they may change something.")
  private boolean checks;

  @Option(
      names = "--root",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description =
          "A folder with a captured proc/ and sys/; only what stands there is read (default: /).")
  private @Nullable Path root;

  @Option(
      names = "--nvml",
      paramLabel = "LIB",
      scope = ScopeType.INHERIT,
      description = "The NVML library (default: libnvidia-ml.so.1, as the system finds it).")
  private @Nullable String nvml;

  @Option(
      names = "--kernel-log",
      paramLabel = "FILE",
      description = "A file in the place of the kernel's log (default: /dev/kmsg).")
  private @Nullable Path kernelLog;

  @Option(
      names = "--format",
      paramLabel = "prometheus|json",
      completionCandidates = Formats.class,
      description = "How --once prints (default: prometheus).")
  private Once.@Nullable Format formatted;

  @Option(
      names = "--doctor",
      description =
          "Say what can be read on this server, what can't, and how to mend it; and end. Exit code 1"
              + " when something is bad.")
  private boolean doctor;

  @Option(names = "--json", description = "How --doctor prints: as JSON.")
  private boolean json;

  @Option(
      names = "--exit-with-stdin",
      description =
          "End when standard input ends, that is, with the process that started this one.")
  private boolean exitWithStdin;

  /// What `--format` takes, as people write it.
  static final class Formats extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    Formats() {
      super(Stream.of(Once.Format.values()).map(Formats::written).toList());
    }

    private static String written(Once.Format one) {
      return one.name().toLowerCase(Locale.ROOT);
    }
  }

  /// What `--version` prints.
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"lockstep agent " + Lifetime.version(), "JDK " + Runtime.version()};
    }
  }

  public static void main(String[] arguments) {
    Flags plain = Flags.plain(arguments);
    System.exit(plain == null ? command(arguments) : new Lifetime(plain).begin());
  }

  private static int command(String[] arguments) {
    var line = new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true);
    if (arguments.length > 0 && arguments[0].equals("--doctor")) {
      line.setCommandName("lockstep doctor"); // by which people know it
    }
    if (Stream.of(arguments).anyMatch(List.of("--doctor", "--once", "inventory")::contains)) {
      // All that would be logged stands in what is printed.
      System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "off");
    }
    return line.execute(arguments);
  }

  @Override
  public Integer call() throws InterruptedException {
    try {
      return run(config());
    } catch (ConfigException e) {
      return misconfigured(check ? e.mistakes() : List.of(String.valueOf(e.getMessage())));
    } catch (IllegalArgumentException e) {
      return misconfigured(List.of(String.valueOf(e.getMessage())));
    } catch (IOException e) {
      return misconfigured(List.of(FileProblem.words(e)));
    }
  }

  private void warn(String warning) {
    commandLine().getErr().println("warning: " + warning);
    commandLine().getErr().flush();
  }

  private int misconfigured(List<String> problems) {
    PrintWriter err = commandLine().getErr();
    problems.forEach(one -> err.println(commandLine().getCommandName() + ": " + one));
    err.flush();
    return Lifetime.EXIT_CONFIG;
  }

  Config config() throws ConfigException {
    return flags().config();
  }

  private Flags flags() {
    return new Flags(file, host, collectors, root, nvml, kernelLog, exitWithStdin);
  }

  private int run(Config config) throws IOException, ConfigException, InterruptedException {
    if (print) {
      return say(Configs.print(config));
    }
    if (formatted != null && !once) {
      throw new IllegalArgumentException("--format says how --once prints, and goes with it only");
    }
    if (checks && !once) {
      throw new IllegalArgumentException("--checks says what --once runs, and goes with it only");
    }
    if (json && !doctor) {
      throw new IllegalArgumentException("--json says how --doctor prints, and goes with it only");
    }
    Check.root(config.root());
    if (doctor) {
      return doctor(config);
    }
    if (check) {
      new Check(config, flags()::mistakes).files();
      Stream.of(flags().blank()).filter(one -> !one.isEmpty()).forEach(this::warn);
      Warnings.of(config).forEach(this::warn);
      return say(Check.notes(config) + "configuration is right\n");
    }
    if (once) {
      var format = formatted == null ? Once.Format.PROMETHEUS : formatted;
      Once.run(config.samplers(), config.root(), config.host(), format, System.out, checks);
      return 0;
    }
    new Lifetime(flags()).run(config);
    return 0;
  }

  private int doctor(Config config) throws InterruptedException {
    List<Diagnosis> all = Doctor.look(config, Lifetime.version());
    if (json) {
      say(DoctorReport.json(all));
    } else {
      boolean terminal =
          Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
      boolean colour = terminal && System.getenv("NO_COLOR") == null;
      DoctorReport.print(all, colour, commandLine().getOut());
    }
    return all.stream().anyMatch(one -> one.verdict() == Diagnosis.Verdict.BAD) ? 1 : 0;
  }

  private int say(String text) {
    PrintWriter out = commandLine().getOut();
    out.print(text);
    out.flush();
    return 0;
  }

  private CommandLine commandLine() {
    return Objects.requireNonNull(spec).commandLine();
  }
}
