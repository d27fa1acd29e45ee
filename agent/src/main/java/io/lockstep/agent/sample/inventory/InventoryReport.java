package io.lockstep.agent.sample.inventory;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a server has and should have, for people and programs, and a person's word on it.
public final class InventoryReport {
  private final InventoryFile file;
  private final NodeFacts facts;
  private final Expected expected;
  private final Collection<String> items;
  private final SortedMap<String, Difference> differences;

  private InventoryReport(InventoryFile file, NodeFacts facts, Expected expected) {
    this.file = file;
    this.facts = facts;
    this.expected = expected;
    this.items = expected.items(facts);
    // Of a GPU or a port that is down there is an incident; here it is shown all the same.
    this.differences =
        expected.differences(
            new NodeFacts(facts.items(), facts.unequal(), Set.of(), false), List.of());
  }

  static InventoryReport of(InventoryConfig config, NodeFacts facts, Path folder)
      throws IOException {
    var file = new InventoryFile(folder.resolve(InventoryFile.NAME));
    InventoryFile.Content content = file.read();
    Expected expected =
        content == null
            ? new Expected(config.expect(), new TreeMap<>(), false)
            : new Expected(config.expect(), content.items(), content.confirmed());
    return new InventoryReport(file, facts, expected);
  }

  /// Whether anything is not as it should be.
  public boolean differs() {
    return !differences.isEmpty();
  }

  /// What differs, in one line.
  public String differences() {
    var words = new ArrayList<String>();
    differences.values().forEach(one -> words.add(one.item() + ": " + one.words()));
    return String.join("; ", words);
  }

  /// Whether nothing is declared and nothing learnt.
  public boolean expectsNothing() {
    return items.isEmpty();
  }

  /// A line each: what differs first, then what is as it should be, then what nobody expects.
  public String text() {
    var text = new StringBuilder();
    differences.values().forEach(one -> line(text, "differs", one.item(), one.words()));
    for (String item : items) {
      if (!differences.containsKey(item)) {
        line(text, "ok", item, facts.items().getOrDefault(item, ""));
      }
    }
    facts
        .items()
        .forEach((item, value) -> {
          if (!items.contains(item)) {
            line(text, "-", item, value);
          }
        });
    text.append(state()).append('\n');
    return text.toString();
  }

  private static void line(StringBuilder text, String how, String item, String words) {
    text.append("%-8s%s: %s%n".formatted(how, item, words));
  }

  private String state() {
    if (expected.known().isEmpty()) {
      return "Nothing is learnt yet: a running agent learns what stays the same for a while"
          + " (samplers.inventory.settle); --confirm takes the server as it is now.";
    }
    return expected.confirmed()
        ? "What was learnt is confirmed. After a repair: --confirm."
        : "What was learnt is not confirmed: --confirm makes what differs critical.";
  }

  /// One object: `confirmed`, and `items` by name with `found`, `expected` and `differs`.
  public String json() {
    ObjectNode all = new ObjectMapper().createObjectNode();
    all.put("confirmed", expected.confirmed()).put("learnt", !expected.known().isEmpty());
    ObjectNode nodes = all.putObject("items");
    facts.items().forEach((item, value) -> nodes.putObject(item).put("found", value));
    items.forEach(item -> nodes.withObject("/" + escaped(item)).put("differs", false));
    differences.forEach((item, one) ->
        nodes
            .withObject("/" + escaped(item))
            .put("found", one.found())
            .put("expected", one.expected())
            .put("differs", true));
    try {
      return new ObjectMapper().writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(all)
          + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String escaped(String item) {
    return item.replace("~", "~0").replace("/", "~1");
  }

  /// Takes the server as it is now for what it should be.
  ///
  /// @return what was done, in one line
  /// @throws IOException when it can't be written down
  public String confirm() throws IOException {
    SortedMap<String, String> now = Expected.learnable(facts);
    file.write(new InventoryFile.Content(now, true));
    return now.size()
        + " items are confirmed; what is declared in the configuration goes before them";
  }

  /// Forgets what was learnt or confirmed.
  ///
  /// @return what was done, in one line
  /// @throws IOException when it can't be
  public String forget() throws IOException {
    return file.delete() ? "forgotten; a running agent learns anew" : "nothing was learnt";
  }
}
