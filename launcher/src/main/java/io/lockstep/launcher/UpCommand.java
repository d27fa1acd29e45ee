package io.lockstep.launcher;

import io.lockstep.telemetry.config.FileProblem;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `lockstep up`: a collector with its store and an agent for this machine.
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = "Runs a collector, its store and an agent on this machine until Ctrl-C.")
final class UpCommand implements Callable<Integer> {
  @Mixin private PlaceOptions options = new PlaceOptions();

  @Override
  public Integer call() throws InterruptedException {
    Site.Place place = options.place("up");
    System.out.println("lockstep: starting collector, store and agent; data in " + place.data());
    try (Site site = Site.start(place, _ -> Site.More.NOTHING)) {
      System.out.println("page:      " + place.page());
      System.out.println("agents and OpenTelemetry senders: " + place.receiver());
      System.out.println(
          "training processes on this machine: http://127.0.0.1:" + place.training());
      System.out.println("Ctrl-C stops it.");
      sayWhatIsNotRead(site);
      return watch(site);
    } catch (IOException e) {
      System.err.println("lockstep up: " + FileProblem.words(e));
      return 1;
    }
  }

  /// Nobody shall wonder where the GPUs are.
  private static void sayWhatIsNotRead(Site site) throws InterruptedException {
    try {
      site.notRead().forEach(line -> System.out.println("not read:  " + line));
    } catch (IOException e) {
      System.err.println("lockstep up: what can be read is not known: " + FileProblem.words(e));
    }
  }

  private static int watch(Site site) throws InterruptedException {
    Optional<String> problem = site.problem();
    while (problem.isEmpty()) {
      Thread.sleep(1000);
      problem = site.problem();
    }
    System.err.println("lockstep up: " + problem.get());
    return 1;
  }
}
