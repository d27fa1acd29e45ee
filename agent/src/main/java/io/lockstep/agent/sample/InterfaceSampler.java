package io.lockstep.agent.sample;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

/// Reads what went over each network interface, from `/proc/net/dev`: one file for all of them.
public final class InterfaceSampler implements Sampler, AutoCloseable {
  /// Cards and bonds of them, not what containers and virtual machines are given.
  static final Choice DEFAULT =
      new Choice(
          Duration.ofSeconds(10),
          List.of(),
          List.of(
              "lo",
              "(veth|cali|cilium|lxc|cni|flannel|docker|br-|virbr|vnet|tap|tun|ifb|dummy).*",
              "(kube-ipvs|nodelocaldns|sit|gre|gretap|erspan|ip6tnl|ip_vti|ip6_vti).*"));

  private static final int BYTES = 0;
  private static final int PACKETS = 1;
  private static final int ERRORS = 2;
  private static final int DROPPED = 3;

  /// Where the same four stand for what was transmitted.
  private static final int TRANSMIT = 8;

  private static final int FIELDS = 12;

  private final PartSeries parts =
      new PartSeries(
          "network_received",
          "network_packets_received",
          "network_errors_received",
          "network_dropped_received",
          "network_transmitted",
          "network_packets_transmitted",
          "network_errors_transmitted",
          "network_dropped_transmitted");
  private final long[] fields = new long[FIELDS];
  private final Text text = new Text();
  private final Choice choice;
  private final Predicate<String> names;
  private final WatchedFile file;
  private long round;

  /// @param root `/`, or a folder that holds a captured `proc/`
  /// @param choice which interfaces, by name, as in `eth0`
  public InterfaceSampler(Path root, Choice choice) {
    this.choice = choice;
    names = choice.names();
    file = WatchedFile.optional(root.resolve("proc/net/dev"), "proc/net", Samplers.kept(root));
  }

  @Override
  public String name() {
    return "interfaces";
  }

  @Override
  public Duration interval() {
    return choice.interval();
  }

  @Override
  public Reading sample(Instant now) {
    var notes = new Notes(name(), now, round++);
    file.read(notes, text, table -> interfaces(notes, table));
    parts.end(notes);
    return notes.reading();
  }

  /// Two lines of headings without a colon, then ` eth0: 874354587 …`.
  private boolean interfaces(Notes notes, Text table) throws IOException {
    do {
      String name = table.until(':');
      if (!name.isEmpty() && names.test(name) && table.numbers(fields) == FIELDS) {
        note(notes, parts.of(name));
      }
    } while (table.line());
    return true;
  }

  private void note(Notes notes, List<Series> series) {
    if (!series.isEmpty()) {
      for (int one : new int[] {BYTES, PACKETS, ERRORS, DROPPED}) {
        notes.add(series.get(one).at(fields[one]));
        notes.add(series.get(DROPPED + 1 + one).at(fields[TRANSMIT + one]));
      }
    }
  }

  /// Lets go of the file.
  @Override
  public void close() {
    file.close();
  }
}
