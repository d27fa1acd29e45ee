package io.lockstep.agent;

import io.lockstep.agent.doctor.Diagnosis;
import io.lockstep.agent.doctor.Doctor;
import io.lockstep.agent.doctor.DoctorReport;
import io.lockstep.agent.sample.Once;
import io.lockstep.agent.sample.Samplers;
import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.Configs;
import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.systemd.ServiceNotice;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
    subcommands = InventoryCommand.class,
    footer = {
      "",
      "What a flag does not say is taken from the environment (as",
      "LOCKSTEP_COLLECTORS), then the file, then the default.",
      "Exit codes: 0 done, 1 --doctor found something bad, 2 wrong usage or",
      "configuration."
    })
public final class Main implements Callable<Integer> {
  private static final int EXIT_CONFIG = 2;
  private static final long STOP_SECONDS = 8;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "Configuration, YAML.")
  private @Nullable Path file;

  @Option(
      names = "--check-config",
      description = "Say whether the configuration is right, and end.")
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

  /// What `--version` prints.
  static final class Version implements IVersionProvider {
    static String number() {
      String version = Main.class.getPackage().getImplementationVersion();
      return version == null ? "source" : version;
    }

    @Override
    public String[] getVersion() {
      return new String[] {"lockstep agent " + number(), "JDK " + Runtime.version()};
    }
  }

  public static void main(String[] arguments) {
    var line = new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true);
    if (arguments.length > 0 && arguments[0].equals("--doctor")) {
      line.setCommandName("lockstep doctor"); // by which people know it
    }
    if (Stream.of(arguments).anyMatch(List.of("--doctor", "--once", "inventory")::contains)) {
      // All that would be logged stands in what is printed.
      System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "off");
    }
    System.exit(line.execute(arguments));
  }

  @Override
  public Integer call() throws InterruptedException {
    try {
      return run(config());
    } catch (ConfigException | IllegalArgumentException e) {
      return misconfigured(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return misconfigured(FileProblem.words(e));
    }
  }

  private int misconfigured(String problem) {
    PrintWriter err = commandLine().getErr();
    err.println(commandLine().getCommandName() + ": " + problem);
    err.flush();
    return EXIT_CONFIG;
  }

  /// Flag over environment over file over default.
  Config config() throws ConfigException {
    Config config = Configs.read(file, System.getenv(), Config.DEFAULT, Config.class);
    config = host == null ? config : config.withHost(host);
    config = root == null ? config : config.withRoot(root);
    config = nvml == null ? config : config.withNvml(nvml);
    config = kernelLog == null ? config : config.withKernelLog(kernelLog);
    return collectors.isEmpty() ? config : config.withCollectors(collectors);
  }

  private Config checkedConfig() throws ConfigException, IOException {
    Config config = config();
    Check.root(config.root());
    Check.files(config);
    return config;
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
      Check.files(config);
      return say(Check.notes(config) + "configuration is right\n");
    }
    if (once) {
      var format = formatted == null ? Once.Format.PROMETHEUS : formatted;
      Once.run(config.samplers(), config.root(), config.host(), format, System.out, checks);
      return 0;
    }
    var service = ServiceNotice.of(System.getenv(), ProcessHandle.current().pid());
    var daemon = new Daemon(this::checkedConfig, Version.number(), service);
    var ended = new CountDownLatch(1);
    stopOnSignal(daemon, ended);
    Hangup.onSignal(daemon::reload);
    try {
      daemon.run(config);
      return 0;
    } finally {
      ended.countDown();
    }
  }

  private int doctor(Config config) throws InterruptedException {
    List<Diagnosis> all = Doctor.look(config, Version.number());
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

  /// The name that this server goes by.
  static String hostName(Config config) throws IOException {
    if (config.host() != null) {
      return config.host();
    }
    if (!Samplers.live(config.root())) {
      return Once.UNKNOWN_HOST;
    }
    Path kernel = Path.of("/proc/sys/kernel/hostname");
    String name =
        Files.isReadable(kernel)
            ? Files.readString(kernel).strip()
            : InetAddress.getLocalHost().getHostName();
    return String.valueOf(config.withHost(name).host());
  }

  /// The JVM ends when this hook does: so it waits until the agent has handed over what it can.
  private void stopOnSignal(Daemon daemon, CountDownLatch ended) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  daemon.stop();
                  awaitEnd(ended);
                },
                "stop"));
    if (exitWithStdin) {
      Thread.ofPlatform().daemon().name("stdin").start(() -> awaitEndOfInput(daemon));
    }
  }

  private static void awaitEnd(CountDownLatch ended) {
    try {
      if (!ended.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("lockstep agent: could not end in time; what is spooled stays");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static void awaitEndOfInput(Daemon daemon) {
    try (InputStream in = System.in) {
      in.skip(Long.MAX_VALUE);
      while (in.read() >= 0) {
        // whatever it says, only its end counts
      }
    } catch (IOException _) {
      // as good as its end
    }
    daemon.stop();
  }
}
