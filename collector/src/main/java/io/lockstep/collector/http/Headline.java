package io.lockstep.collector.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The cluster's state in one line of words, for someone who has just been woken.
///
/// @param text "512 GPUs in 64 servers: 1 slow GPU, 1 flapping port, 1 silent server"
/// @param mood how to show it
record Headline(String text, Mood mood) {
  /// What the line amounts to.
  enum Mood {
    /// No agent has reported yet.
    EMPTY,
    /// Nothing is wrong as far as can be seen.
    WELL,
    /// Something is not heard of, and nothing else is wrong.
    BLIND,
    /// Something is wrong.
    TROUBLE;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Headline of(Snapshot snapshot) {
    if (snapshot.cells().hosts().isEmpty()) {
      return new Headline("No agent has reported yet", Mood.EMPTY);
    }
    var count = Count.of(snapshot);
    List<String> troubles = count.troubles();
    List<String> gaps = count.gaps();
    if (troubles.isEmpty() && gaps.isEmpty()) {
      return new Headline(count.size() + ": " + allWell(snapshot, count), Mood.WELL);
    }
    Mood mood = troubles.isEmpty() ? Mood.BLIND : Mood.TROUBLE;
    var all = new ArrayList<String>(troubles);
    all.addAll(gaps);
    return new Headline(count.size() + ": " + String.join(", ", all), mood);
  }

  /// Only a job that reports its steps can be said to be in step.
  private static String allWell(Snapshot snapshot, Count count) {
    if (count.jobsInStep) {
      return "all in step";
    }
    return snapshot.jobs().isEmpty()
        ? "no fault found, no job reports its steps"
        : "no fault found, jobs are not reporting";
  }

  private static String some(int number, String one, String many) {
    return String.format(Locale.ROOT, "%,d %s", number, number == 1 ? one : many);
  }

  /// How many of everything there are.
  private static final class Count {
    private int hosts;
    private int gpus;
    private int slow;
    private int unknownGpus;
    private int flapping;
    private int down;
    private int unknownPorts;
    private int silent;
    private int stopped;
    private int unknownHosts;
    private int slowJobs;
    private int slowHosts;
    private int deaf;
    private int storeFails;
    private boolean full;
    private int throttledGpus;
    private int degradedGpus;
    private int failingGpus;
    private int lostGpus;
    private int failingSwitches;
    private int failedPrograms;
    private int others;
    private boolean jobsInStep;

    static Count of(Snapshot snapshot) {
      var count = new Count();
      snapshot.cells().hosts().forEach(count::add);
      snapshot.incidents().stream().filter(IncidentView::open).forEach(count::add);
      count.full = snapshot.full();
      count.jobsInStep = snapshot.jobs().stream().anyMatch(job -> job.reportingRanks() > 0);
      return count;
    }

    private void add(HostView host) {
      hosts++;
      gpus += host.gpus().size();
      addFaults(host);
      switch (host.state()) {
        case OK -> addGaps(host);
        case SLOW -> {
          slowHosts++;
          addGaps(host);
        }
        case SILENT -> silent++;
        case STOPPED -> stopped++;
        case UNKNOWN -> unknownHosts++;
      }
    }

    /// Incidents that the cells do not show.
    private void add(IncidentView incident) {
      switch (incident.kind()) {
        case "gpu-slow", "port-down", "port-flapping", "host-silent", "host-slow" -> {}
        case "gpu-throttled" -> throttledGpus++;
        case "gpu-degraded" -> degradedGpus++;
        case "gpu-failing" -> failingGpus++;
        case "gpu-lost" -> lostGpus++;
        case "nvswitch-failing" -> failingSwitches++;
        case "gpu-program-failed" -> failedPrograms++;
        case "job-slow" -> slowJobs++;
        case "collector-deaf" -> deaf++;
        case "store-failing" -> storeFails++;
        default -> others++;
      }
    }

    private void addFaults(HostView host) {
      for (GpuView gpu : host.gpus()) {
        slow += gpu.state() == GpuView.State.SLOW ? 1 : 0;
      }
      for (PortView port : host.ports()) {
        down += port.state() == PortView.State.DOWN ? 1 : 0;
        flapping += port.state() == PortView.State.FLAPPING ? 1 : 0;
      }
    }

    /// Only of servers that are heard: of the others the server's own state says it already.
    private void addGaps(HostView host) {
      for (GpuView gpu : host.gpus()) {
        unknownGpus += gpu.state() == GpuView.State.UNKNOWN ? 1 : 0;
      }
      for (PortView port : host.ports()) {
        unknownPorts += port.state() == PortView.State.UNKNOWN ? 1 : 0;
      }
    }

    String size() {
      String servers = some(hosts, "server", "servers");
      return gpus == 0 ? servers : some(gpus, "GPU", "GPUs") + " in " + servers;
    }

    List<String> troubles() {
      var words = new ArrayList<String>();
      if (deaf > 0) {
        words.add("the collector hears almost nobody");
      }
      if (storeFails > 0) {
        words.add("the store fails");
      }
      add(words, slowJobs, "slow job", "slow jobs");
      add(words, slowHosts, "slow server", "slow servers");
      add(words, lostGpus, "lost GPU", "lost GPUs");
      add(words, failingSwitches, "failing NVSwitch", "failing NVSwitches");
      add(words, failingGpus, "failing GPU", "failing GPUs");
      add(words, slow, "slow GPU", "slow GPUs");
      add(words, degradedGpus, "degraded GPU", "degraded GPUs");
      add(words, throttledGpus, "GPU held back", "GPUs held back");
      add(words, flapping, "flapping port", "flapping ports");
      add(words, down, "port down", "ports down");
      add(words, silent, "silent server", "silent servers");
      add(words, failedPrograms, "program that failed on a GPU", "programs that failed on a GPU");
      add(words, others, "other incident", "other incidents");
      return words;
    }

    List<String> gaps() {
      var words = new ArrayList<String>();
      if (full) {
        words.add("no room to judge all (raise window in the collector's configuration)");
      }
      add(words, stopped, "stopped agent", "stopped agents");
      add(words, unknownHosts, "server not heard lately", "servers not heard lately");
      add(words, unknownGpus, "GPU without data", "GPUs without data");
      add(words, unknownPorts, "port without data", "ports without data");
      return words;
    }

    private static void add(List<String> words, int number, String one, String many) {
      if (number > 0) {
        words.add(some(number, one, many));
      }
    }
  }
}
