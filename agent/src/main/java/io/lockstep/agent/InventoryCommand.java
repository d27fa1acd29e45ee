package io.lockstep.agent;

import io.lockstep.agent.sample.Sampler;
import io.lockstep.agent.sample.Samplers;
import io.lockstep.agent.sample.inventory.InventoryReport;
import io.lockstep.agent.sample.inventory.InventorySampler;
import io.lockstep.agent.sample.nvml.NvmlSampler;
import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.FileProblem;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/// `lockstep agent inventory`: what this server has, what it should have, and what differs; and
/// says that it is right as it is now.
@Command(
    name = "inventory",
    description = "Says what this server has, what it should have, and what differs.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Exit codes: 0 nothing differs, 1 something does, 2 wrong usage or configuration."
    })
final class InventoryCommand implements Callable<Integer> {
  private static final int EXIT_CONFIG = 2;
  private static final Duration DEADLINE = Duration.ofSeconds(8);

  @Spec private @Nullable CommandSpec spec;

  @ParentCommand private @Nullable Main agent;

  /// What is done; one of them.
  static final class What {
    @Option(
        names = "--confirm",
        description = "From now on the server as it is should be so; as after a repair.")
    private boolean confirm;

    @Option(names = "--forget", description = "Forget what was learnt; it is learnt anew.")
    private boolean forget;

    @Option(names = "--json", description = "Print as JSON.")
    private boolean json;
  }

  @ArgGroup private What what = new What();

  @Override
  public Integer call() {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    try {
      Config config = Objects.requireNonNull(agent).config();
      Check.root(config.root());
      InventoryReport report = report(config);
      if (what.confirm) {
        out.println(report.confirm());
        return 0;
      }
      if (what.forget) {
        out.println(report.forget());
        return 0;
      }
      out.print(what.json ? report.json() : report.text());
      return report.differs() ? 1 : 0;
    } catch (ConfigException | IllegalArgumentException e) {
      return wrong(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return wrong(FileProblem.words(e));
    } finally {
      out.flush();
    }
  }

  /// GPUs are listed once, as the agent does it; always by this process, which soon ends.
  private static InventoryReport report(Config config) throws IOException {
    var around = new Samplers.Surroundings(null, DEADLINE, InstantSource.system(), _ -> {});
    InventorySampler inventory = null;
    for (Sampler sampler : Samplers.all(config.samplers().inThread(), config.root(), around)) {
      if (sampler instanceof NvmlSampler gpus) {
        gpus.sample(Instant.now());
        gpus.close();
      } else if (sampler instanceof InventorySampler found) {
        inventory = found;
      }
    }
    return Objects.requireNonNull(inventory).report(config.spool().folder());
  }

  private int wrong(String problem) {
    PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
    err.println("lockstep agent inventory: " + problem);
    err.flush();
    return EXIT_CONFIG;
  }
}
