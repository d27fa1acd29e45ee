package io.lockstep.agent.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which ports were active when they were last read, and the best rate of each, on disk, so that
/// one that went down, or came back slower, while no agent ran is told by the next. The first line
/// is the boot: after another one, ports may take their time to come up. Then a port a line: its
/// id, with `-` before it where it is not active, a tab and its best rate. Any thread, but for
/// [#write].
final class ActivePorts {
  private static final Logger LOG = LoggerFactory.getLogger(ActivePorts.class);
  private static final int PORTS_MAX = 1024;
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private static final String LOSS =
      "ports can't be remembered, one that goes down while the agent is stopped will not be missed";

  private static final String INACTIVE = "-";

  private final Set<String> active = new ConcurrentSkipListSet<>();

  /// Bytes a second.
  private final Map<String, Double> rates = new ConcurrentSkipListMap<>();

  private final @Nullable Path file;
  private final KeptFile kept;
  private final String boot = boot();

  /// As the file has them.
  private Set<String> writtenActive = Set.of();

  private Map<String, Double> writtenRates = Map.of();

  /// @param file null to remember nothing
  ActivePorts(@Nullable Path file) {
    this.file = file;
    this.kept = new KeptFile(file, LOSS);
    if (file == null) {
      return;
    }
    try {
      List<String> lines = Files.readAllLines(file);
      if (!lines.isEmpty() && lines.getFirst().equals(boot)) {
        lines.stream().skip(1).limit(PORTS_MAX).forEach(this::remember);
        writtenActive = Set.copyOf(active);
        writtenRates = Map.copyOf(rates);
      }
    } catch (NoSuchFileException _) {
      LOG.debug("no port is known of yet file={}", file);
    } catch (IOException e) {
      LOG.warn(
          "ports of earlier runs can't be read, one that went down since is not missed: {}",
          KeptFile.problem(file, e));
    }
  }

  private void remember(String line) {
    int tab = line.indexOf('\t');
    String port = tab < 0 ? line : line.substring(0, tab);
    boolean inactive = port.startsWith(INACTIVE);
    String id = inactive ? port.substring(INACTIVE.length()) : port;
    if (!inactive) {
      active.add(id);
    }
    try {
      if (tab >= 0) {
        rates.put(id, Double.valueOf(line.substring(tab + 1)));
      }
    } catch (NumberFormatException _) {
      LOG.warn("a port's rate can't be read file={} line=\"{}\"", file, Quoted.of(line));
    }
  }

  private static String boot() {
    try {
      return Files.readString(BOOT_ID).strip();
    } catch (IOException _) {
      return "unknown";
    }
  }

  /// Whether a port was active when it was last read, by this run or an earlier one.
  boolean was(String port) {
    return active.contains(port);
  }

  /// Notes how a port is now.
  void is(String port, boolean nowActive) {
    if (!nowActive) {
      active.remove(port);
    } else if (active.size() < PORTS_MAX) {
      active.add(port);
    }
  }

  /// Notes the rate of an active port.
  ///
  /// @param bytesPerSecond its rate now
  /// @return the best that it had since the server started
  double best(String port, double bytesPerSecond) {
    if (rates.size() >= PORTS_MAX && !rates.containsKey(port)) {
      return bytesPerSecond;
    }
    return rates.merge(port, bytesPerSecond, Math::max);
  }

  /// The best rate of a port, bytes a second; 0 where it is not known.
  double best(String port) {
    return rates.getOrDefault(port, 0.0);
  }

  /// Keeps it, where it has changed. One thread.
  void write() {
    if (active.equals(writtenActive) && rates.equals(writtenRates)) {
      return;
    }
    Set<String> activeNow = Set.copyOf(active);
    Map<String, Double> ratesNow = Map.copyOf(rates);
    var now = new ArrayList<String>();
    now.add(boot);
    for (String port : activeNow) {
      Double rate = ratesNow.get(port);
      now.add(rate == null ? port : port + "\t" + rate);
    }
    ratesNow.forEach((port, rate) -> {
      if (!activeNow.contains(port)) {
        now.add(INACTIVE + port + "\t" + rate);
      }
    });
    if (kept.write(now)) {
      writtenActive = activeNow;
      writtenRates = ratesNow;
    }
  }
}
