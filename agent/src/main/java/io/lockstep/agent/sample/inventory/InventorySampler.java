package io.lockstep.agent.sample.inventory;

import io.lockstep.agent.sample.GpuLedger;
import io.lockstep.agent.sample.Notes;
import io.lockstep.agent.sample.Reading;
import io.lockstep.agent.sample.Sampler;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Compares what this server has with what it should have: what is declared, and what was learnt
/// when it was first watched. A server that had lost something before that can't know it: declare
/// what must be there.
public final class InventorySampler implements Sampler {
  private static final Logger LOG = LoggerFactory.getLogger(InventorySampler.class);
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final Column FAULT = Contract.column(Table.PART, "inventory_fault");
  private static final Column EXPECTED = Contract.column(Table.PART, "inventory_expected");
  private static final Column FOUND = Contract.column(Table.PART, "inventory_found");

  /// For so long it is said of an item that it is well again: longer than an alert is kept.
  private static final int WELL_ROUNDS = 15;

  /// A difference must be there at so many looks.
  private static final int LOOKS = 2;

  private final Map<String, Integer> seen = new HashMap<>();
  private final Map<String, Integer> well = new HashMap<>();
  private final Map<String, Instant> since = new HashMap<>();
  private final Map<String, String> values = new HashMap<>();
  private final InventoryConfig config;
  private final Path root;
  private final GpuLedger ledger;
  private final @Nullable InventoryFile file;
  private final InventoryMemory memory;
  private SortedMap<String, Difference> differences = new TreeMap<>();
  private Set<String> items = Set.of();
  private NodeFacts facts = new NodeFacts(new TreeMap<>(), new TreeMap<>(), Set.of(), false);
  private String trouble = "";
  private long round;

  /// @param folder in which what is learnt is kept; null to keep and learn nothing
  /// @param ledger knows the GPUs
  public InventorySampler(
      InventoryConfig config, Path root, @Nullable Path folder, GpuLedger ledger) {
    this.config = config;
    this.root = root;
    this.ledger = ledger;
    this.file = folder == null ? null : new InventoryFile(folder.resolve(InventoryFile.NAME));
    this.memory = new InventoryMemory(folder == null ? null : folder.resolve("inventory-told.tsv"));
  }

  @Override
  public String name() {
    return "inventory";
  }

  @Override
  public Duration interval() {
    return INTERVAL;
  }

  /// What there is now, against what stands in a folder.
  ///
  /// @param folder where the running agent keeps what it has learnt
  /// @throws IOException when what stands there can't be read
  public InventoryReport report(Path folder) throws IOException {
    return InventoryReport.of(
        config, NodeFacts.read(root, ledger, config.expect().keySet()), folder);
  }

  @Override
  public Reading sample(Instant now) {
    var notes = new Notes(name(), now, round);
    // GPUs are listed in the first round; later looks are at whole intervals, as of other samplers.
    boolean look = round == 1 || (round > 1 && isWhole(now));
    if (look) {
      look(now, notes);
    }
    rows(look, notes);
    round++;
    return notes.reading();
  }

  private boolean isWhole(Instant now) {
    long every = config.interval().toSeconds();
    return Math.floorDiv(now.getEpochSecond(), every)
        != Math.floorDiv(now.getEpochSecond() - INTERVAL.toSeconds(), every);
  }

  private void look(Instant now, Notes notes) {
    facts = NodeFacts.read(root, ledger, config.expect().keySet());
    Expected expected = expected(notes);
    memory.note(facts, expected.well(facts));
    learn(expected, now);
    items = new HashSet<>(expected.items(facts));
    var found = expected.differences(facts, memory.active());
    seen.keySet().retainAll(found.keySet());
    SortedMap<String, Difference> standing = new TreeMap<>();
    found.forEach((item, difference) -> {
      if (seen.merge(item, 1, Integer::sum) >= LOOKS || memory.told().contains(item)) {
        standing.put(item, difference);
      }
    });
    tell(standing, notes);
    differences = standing;
    memory.write();
  }

  private Expected expected(Notes notes) {
    InventoryFile.Content content = null;
    String why = "";
    try {
      content = file == null ? null : file.read();
    } catch (IOException e) {
      why = file == null ? "" : file.words(e);
    }
    if (!why.equals(trouble)) {
      trouble = why;
      if (why.isEmpty()) {
        notes.recovered("", InventoryFile.NAME);
      } else {
        notes.failed("", InventoryFile.NAME, why);
      }
    }
    return content == null
        ? new Expected(config.expect(), new TreeMap<>(), false)
        : new Expected(config.expect(), content.items(), content.confirmed());
  }

  /// Learns what has been the same for long enough, when nothing was learnt before.
  private void learn(Expected expected, Instant now) {
    if (!config.learn() || file == null || !expected.known().isEmpty() || !trouble.isEmpty()) {
      return;
    }
    SortedMap<String, String> learnable = Expected.learnable(facts);
    since.keySet().retainAll(learnable.keySet());
    learnable.forEach((item, value) -> {
      if (!value.equals(values.put(item, value)) || !since.containsKey(item)) {
        since.put(item, now);
      }
    });
    boolean settled =
        since.values().stream().anyMatch(one -> !now.isBefore(one.plus(config.settle())));
    learnable.keySet().removeIf(item -> now.isBefore(time(item).plus(config.settle())));
    if (settled) {
      try {
        file.write(new InventoryFile.Content(learnable, false));
        LOG.info(
            "inventory is learnt items={}; lockstep agent inventory shows it", learnable.size());
      } catch (IOException e) {
        LOG.warn("inventory can't be learnt error={}", file.words(e));
      }
    }
  }

  private Instant time(String item) {
    return since.getOrDefault(item, Instant.MAX.minus(config.settle()));
  }

  private void tell(SortedMap<String, Difference> now, Notes notes) {
    now.forEach((item, difference) -> {
      Difference before = differences.get(item);
      boolean known = before == null && memory.told().contains(item);
      if (!difference.equals(before) && !known) {
        event(item, difference.expected(), difference.found(), difference.words(), notes);
      }
      memory.told().add(item);
    });
    for (String item : List.copyOf(memory.told())) {
      if (!now.containsKey(item)) {
        memory.told().remove(item);
        well.put(item, WELL_ROUNDS);
        event(item, "", facts.items().getOrDefault(item, ""), "", notes);
      }
    }
  }

  private static void event(String item, String expected, String found, String words, Notes notes) {
    String body =
        words.isEmpty()
            ? "Inventory: " + item + " is as it should be"
            : "Inventory: " + item + ": " + words;
    LOG.info("inventory changed item={} words=\"{}\"", item, words);
    notes.event(
        "lockstep.inventory.changed",
        body,
        Map.of(
            "lockstep.inventory.item", item,
            "lockstep.inventory.expected", expected,
            "lockstep.inventory.found", found,
            "lockstep.inventory.difference", words));
  }

  /// What differs each time, for rules; the rest at each look.
  private void rows(boolean all, Notes notes) {
    differences
        .values()
        .forEach(one -> row(one.item(), one.level(), one.expected(), one.found(), notes));
    well.replaceAll((_, left) -> left - 1);
    well.values().removeIf(left -> left < 0);
    well.keySet().removeAll(differences.keySet());
    Set<String> good = new HashSet<>(well.keySet());
    if (all) {
      good.addAll(items);
    }
    good.removeAll(differences.keySet());
    good.removeAll(seen.keySet()); // not yet told, and not good either
    for (String item : good) {
      String found = facts.items().getOrDefault(item, "");
      row(item, 0, found, found, notes);
    }
  }

  private static void row(String item, int fault, String expected, String found, Notes notes) {
    notes.add(Sample.of(FAULT, item, (long) fault));
    Expectation.number(expected).ifPresent(value -> notes.add(Sample.of(EXPECTED, item, value)));
    Expectation.number(found).ifPresent(value -> notes.add(Sample.of(FOUND, item, value)));
  }
}
