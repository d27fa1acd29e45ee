package io.lockstep.agent.sample.inventory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// What a server should have, from all who say so: what is declared goes before what was learnt.
///
/// @param declared item, which may have a `*` → value
/// @param known items of the file
/// @param confirmed whether a person has said that those are right
record Expected(Map<String, String> declared, SortedMap<String, String> known, boolean confirmed) {

  /// What is different, by item.
  ///
  /// @param toldElsewhere ports that have incidents of their own when they go down
  SortedMap<String, Difference> differences(NodeFacts facts, Collection<String> toldElsewhere) {
    SortedMap<String, Difference> all = new TreeMap<>();
    known.forEach((item, value) ->
        compare(item, value, confirmed ? Difference.SAID : Difference.LEARNT, facts, all));
    facts
        .unequal()
        .forEach((item, words) ->
            all.put(item, new Difference(item, "the same of all", words, Difference.LEARNT)));
    declared.forEach((item, value) -> {
      for (String one : matching(item, facts)) {
        all.remove(one);
        compare(one, value, Difference.SAID, facts, all);
      }
    });
    all.keySet().removeIf(item -> isToldElsewhere(item, facts, toldElsewhere));
    leaveOutParts(all, facts);
    return all;
  }

  private static void compare(
      String item, String value, int level, NodeFacts facts, Map<String, Difference> all) {
    String found = facts.items().getOrDefault(item, "");
    if (!Expectation.met(item, value, found)) {
      all.put(item, new Difference(item, value, found, level));
    }
  }

  /// The items that are meant; one without a `*` always is.
  private static List<String> matching(String item, NodeFacts facts) {
    if (!item.contains("*")) {
      return List.of(item);
    }
    Pattern pattern = Pattern.compile("\\Q" + item.replace("*", "\\E[^/]*\\Q") + "\\E");
    var found = new ArrayList<String>();
    for (String one : facts.items().keySet()) {
      if (pattern.matcher(one).matches()) {
        found.add(one);
      }
    }
    return found;
  }

  /// Every item that is expected to be something.
  Collection<String> items(NodeFacts facts) {
    var items = new TreeSet<String>(known.keySet());
    declared.keySet().forEach(item -> items.addAll(matching(item, facts)));
    return items;
  }

  /// Speeds of links that are as they should be.
  Collection<String> well(NodeFacts facts) {
    var differences = differences(facts, List.of());
    var well = new ArrayList<String>();
    for (String item : items(facts)) {
      if (isSpeed(item) && !differences.containsKey(item)) {
        well.add(item);
      }
    }
    return well;
  }

  private static boolean isSpeed(String item) {
    return item.endsWith(".rate") || item.endsWith(".speed");
  }

  /// NVML tells of a GPU that is gone, the ports' and links' own samplers of what goes down or gets
  /// slower while the server runs, and of a PCIe link that is below what device and slot can do.
  private static boolean isToldElsewhere(
      String item, NodeFacts facts, Collection<String> toldElsewhere) {
    boolean port = item.startsWith("infiniband/") && item.matches(".*\\.(state|rate)");
    String name = item.substring(0, Math.max(0, item.lastIndexOf('.')));
    boolean down = !"ACTIVE".equals(facts.items().getOrDefault(name + ".state", ""));
    return (facts.driverListens() && item.equals("gpu.count"))
        || (port && down && toldElsewhere.contains(name))
        || (isSpeed(item) && toldElsewhere.contains(item))
        || (item.startsWith("pcie/") && facts.held().contains(item.substring("pcie/".length())));
  }

  /// An adapter that is gone is one difference, not one for each thing that was known of it; a port
  /// that is down has no rate worth a word, and its interface is down for that.
  private static void leaveOutParts(Map<String, Difference> all, NodeFacts facts) {
    List<String> gone = new ArrayList<>();
    for (Difference one : all.values()) {
      if (one.item().endsWith(".pci") && one.found().isEmpty()) {
        gone.add(one.item().substring(0, one.item().length() - ".pci".length()));
      }
    }
    all.keySet()
        .removeIf(item -> {
          String name = item.substring(0, Math.max(0, item.lastIndexOf('.')));
          boolean part =
              !item.endsWith(".pci")
                  && gone.stream()
                      .anyMatch(one -> item.startsWith(one + ".") || item.startsWith(one + "/"));
          boolean itsPort =
              item.startsWith("net/")
                  && !item.endsWith(".pci")
                  && ports(name, facts.items()).stream().anyMatch(is -> !is.equals("ACTIVE"));
          return part || itsPort || (isSpeed(item) && all.containsKey(name + ".state"));
        });
    List<String> addresses =
        all.values().stream()
            .filter(one -> one.item().endsWith(".pci"))
            .map(Difference::expected)
            .toList();
    all.keySet()
        .removeIf(item ->
            item.startsWith("pcie/")
                && !facts.items().containsKey(item)
                && addresses.contains(item.substring("pcie/".length())));
  }

  /// What may be learnt of a server, or confirmed: what does not change by an update of software,
  /// and works.
  static SortedMap<String, String> learnable(NodeFacts facts) {
    SortedMap<String, String> items = new TreeMap<>();
    facts
        .items()
        .forEach((item, value) -> {
          if (isHardware(item) && isWell(item, facts)) {
            items.put(item, value);
          }
        });
    return items;
  }

  private static boolean isHardware(String item) {
    return !item.matches(
        "(hugepages|kernel|bios)\\..*|gpu\\.(vbios|driver|inforom|on_bus)|.*\\.firmware"
            + "|(module|process|mount|sysctl)/.*|infiniband\\.(ports|active)");
  }

  private static boolean isWell(String item, NodeFacts facts) {
    Map<String, String> items = facts.items();
    String name = item.substring(0, Math.max(0, item.lastIndexOf('.')));
    if (item.startsWith("infiniband/") && name.indexOf('/') != name.lastIndexOf('/')) {
      return "ACTIVE".equals(items.get(name + ".state"));
    }
    if (item.startsWith("net/")) {
      // of an adapter that has a port, the port's rate tells more
      return item.endsWith(".pci")
          || ("up".equals(items.get(name + ".state"))
              && !(item.endsWith(".speed") && !ports(name, items).isEmpty()));
    }
    return !item.equals("gpu.count") || facts.driverListens();
  }

  /// States of the InfiniBand ports of an interface's adapter; empty when it has none.
  private static List<String> ports(String name, Map<String, String> items) {
    String address = items.getOrDefault(name + ".pci", "?");
    var states = new ArrayList<String>();
    items.forEach((item, value) -> {
      if (item.startsWith("infiniband/") && item.endsWith(".pci") && value.equals(address)) {
        String adapter = item.substring(0, item.length() - "pci".length() - 1) + "/";
        items.forEach((port, state) -> {
          if (port.startsWith(adapter) && port.endsWith(".state")) {
            states.add(state);
          }
        });
      }
    });
    return states;
  }
}
