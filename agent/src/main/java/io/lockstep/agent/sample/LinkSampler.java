package io.lockstep.agent.sample;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Reads the links of network interfaces from `/sys/class/net`
/// ([sysfs-class-net](https://www.kernel.org/doc/Documentation/ABI/testing/sysfs-class-net)): up or
/// down, how often that changed, speed, and the members of bonds. Speed asks the driver, which may
/// wait for others: that is done every sixth round.
public final class LinkSampler implements Sampler {
  private static final int SLOW_ROUNDS = 6;
  private static final double BYTES_PER_MEGABIT = 125_000;

  /// `IFF_UP` of [if.h](https://github.com/torvalds/linux/blob/master/include/uapi/linux/if.h):
  /// what was switched off is meant to be down.
  private static final int UP = 1;

  private final PartSeries links =
      new PartSeries(
          "network_up",
          "network_carrier_changes",
          "network_speed",
          "network_full_duplex",
          "network_mtu");
  private final PartSeries bonds = new PartSeries("bond_members", "bond_members_up");
  private final PartStates states = new PartStates();
  private final FlowCounts flow;
  private final Map<String, Integer> bestBonds = new HashMap<>();
  private final Text text = new Text();
  private final Choice choice;
  private final Predicate<String> names;
  private final SysFolder folder;
  private long round;

  /// @param root `/`, or a folder that holds a captured `sys/`
  /// @param choice which interfaces, by name, as in `eth0`
  public LinkSampler(Path root, Choice choice) {
    this.choice = choice;
    names = choice.names();
    folder = new SysFolder(root.resolve("sys/class/net"));
    flow = new FlowCounts(Samplers.live(root));
  }

  @Override
  public String name() {
    return "links";
  }

  @Override
  public Duration interval() {
    return choice.interval();
  }

  @Override
  public Reading sample(Instant now) {
    var notes = new Notes(name(), now, round++);
    boolean slowly = notes.round() % SLOW_ROUNDS == 0;
    for (String name : folder.names("")) {
      SysFolder link = folder.in(name);
      if (names.test(name) && link.has("operstate")) {
        link(notes, link, slowly);
        if (slowly && link.has("device")) {
          flow.read(notes, name);
        }
      }
    }
    links.end(notes);
    bonds.end(notes);
    flow.end(notes);
    return notes.reading();
  }

  private void link(Notes notes, SysFolder link, boolean slowly) {
    List<Series> series = links.of(link.name());
    if (series.isEmpty()) {
      return;
    }
    Boolean up = isUp(link, text);
    if (up != null) {
      notes.add(series.get(0).at(up ? 1L : 0L));
    }
    note(notes, series.get(1), link.number("carrier_changes", text), 1);
    if (slowly) {
      note(notes, series.get(4), link.number("mtu", text), 1);
      if (Boolean.TRUE.equals(up)) {
        note(notes, series.get(2), link.number("speed", text), BYTES_PER_MEGABIT);
        String duplex = link.text("duplex", text);
        if (duplex != null && !duplex.equals("unknown")) {
          notes.add(series.get(3).at(duplex.equals("full") ? 1L : 0L));
        }
      }
    }
    if (link.has("bonding")) {
      bond(notes, link);
    }
  }

  /// The kernel says −1 of what it does not know.
  private static void note(Notes notes, Series series, @Nullable Long value, double factor) {
    if (value != null && value >= 0) {
      notes.add(factor == 1 ? series.at(value) : series.at(value * factor));
    }
  }

  /// Null where the kernel does not know, or nobody wants it up.
  private static @Nullable Boolean isUp(SysFolder link, Text text) {
    String state = link.text("operstate", text);
    if (state == null || state.equals("unknown")) {
      return null;
    }
    String flags = link.text("flags", text);
    boolean wanted = flags == null || (bits(flags) & UP) != 0;
    return wanted ? state.equals("up") : null;
  }

  private static int bits(String flags) {
    try {
      return Integer.decode(flags);
    } catch (NumberFormatException _) {
      return UP;
    }
  }

  private void bond(Notes notes, SysFolder link) {
    String members = link.in("bonding").text("slaves", text);
    int all = 0;
    int up = 0;
    for (String member : members == null ? new String[0] : members.split(" ", -1)) {
      all++;
      up += Boolean.TRUE.equals(isUp(folder.in(member), text)) ? 1 : 0;
    }
    List<Series> series = bonds.of(link.name());
    if (!series.isEmpty()) {
      notes.add(series.get(0).at(all));
      notes.add(series.get(1).at(up));
    }
    int best = Math.max(up, bestBonds.getOrDefault(link.name(), 0));
    bestBonds.put(link.name(), best);
    judge(notes, "interface/" + link.name(), up, best);
  }

  private void judge(Notes notes, String id, int up, int best) {
    if (up < best) {
      states.bad(
          notes,
          id,
          "network",
          PartStates.State.DEGRADED,
          "is a bond of which " + up + " members have a link, and " + best + " had");
    } else {
      states.good(notes, id);
    }
  }
}
