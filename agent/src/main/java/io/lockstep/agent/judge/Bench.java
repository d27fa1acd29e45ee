package io.lockstep.agent.judge;

import io.lockstep.agent.judge.Memory.Unheard;
import io.lockstep.agent.sample.GpuLedger;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.contract.Subject;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import io.lockstep.telemetry.rules.EventRule;
import io.lockstep.telemetry.rules.EventRules;
import io.lockstep.telemetry.rules.Judgement;
import io.lockstep.telemetry.rules.PartWords;
import io.lockstep.telemetry.rules.Rule;
import io.lockstep.telemetry.rules.Rule.Sooner;
import io.lockstep.telemetry.rules.RuleTable;
import io.lockstep.telemetry.rules.Rules;
import io.lockstep.telemetry.rules.Sentence;
import io.opentelemetry.api.common.AttributeKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/// All rules over all subjects of this server, and what stands against them. No clock; one thread.
final class Bench {
  /// The samplers by which rules and events live: while one can't read its source, nobody can tell.
  private static final Set<String> EYES = Set.of("gpu", "infiniband", "kernel-log");

  /// The source by which a sampler reads everything it has: without it, it reads nothing, which is
  /// no failure where there is nothing.
  private static final String LIBRARY = "gpu: library";

  private static final Metric SUCCESS =
      Objects.requireNonNull(Contract.metric("lockstep.agent.sampler.success"));
  private static final Metric SHED =
      Objects.requireNonNull(Contract.metric("lockstep.agent.sampler.shed"));
  private static final AttributeKey<String> SAMPLER =
      AttributeKey.stringKey("lockstep.agent.sampler");

  /// Events name their subjects themselves: what they can make stand is bounded.
  private static final int STANDING_MAX = 256;

  private record Key(String rule, String subject) {}

  private final Memory memory = new Memory(RuleTable.ALL);
  private final Map<Key, Standing> standing = new LinkedHashMap<>();
  private final List<Fault> over = new ArrayList<>();
  private final Map<String, String> blind = new TreeMap<>();
  private final Map<String, String> library = new TreeMap<>();
  private final Map<String, String> reasons = new HashMap<>();
  private final Map<String, String> indexes = new HashMap<>();
  private final Map<String, String> words = new HashMap<>();
  private final Map<String, EventRule> eventRules = new HashMap<>();
  private final Orphans orphans;
  private final List<Fault> dropped = new ArrayList<>();
  private final String host;
  private long last;

  /// @param before faults that stood when the run before this one ended
  /// @param ofOtherBoot the same, where the server was started anew since: they do not stand here
  Bench(String host, List<Fault> before, List<Fault> ofOtherBoot) {
    this.host = host;
    this.orphans = new Orphans(Stream.concat(before.stream(), ofOtherBoot.stream()).toList());
    EventRules.ALL.forEach(rule -> eventRules.put(rule.id(), rule));
    for (Fault fault : before) {
      standing.put(new Key(fault.rule(), fault.subject()), Standing.restored(fault));
    }
  }

  /// Checks that there is such a rule.
  ///
  /// @throws IllegalArgumentException when there is none
  static void checkRule(String id) {
    var ids = new HashSet<String>();
    RuleTable.ALL.forEach(rule -> ids.add(rule.id()));
    EventRules.ALL.forEach(rule -> ids.add(rule.id()));
    if (!ids.contains(id)) {
      throw new IllegalArgumentException(
          "harmless must name rules, of which \"" + id + "\" is none; docs/runbooks has them");
    }
  }

  /// Judges after a tick.
  ///
  /// @param nanos the tick, Unix nanoseconds
  void round(List<Sample> samples, long nanos) {
    memory.take(samples, nanos);
    look(samples);
    for (Rule rule : RuleTable.ALL) {
      judge(rule, nanos);
    }
    expire(nanos);
    for (Fault orphan : orphans.take(memory, blind.isEmpty() && library.isEmpty(), nanos)) {
      end(new Key(orphan.rule(), orphan.subject()));
      dropped.add(orphan);
    }
    last = nanos;
  }

  private void look(List<Sample> samples) {
    for (Sample sample : samples) {
      if (sample.metric().equals(SHED) && sample.bits() != 0) {
        String name = String.valueOf(sample.attributes().get(SAMPLER));
        if (EYES.contains(name)) {
          blind.put(name, "it is given up, the agent is over its budget");
        }
      } else if (sample.metric().equals(SUCCESS)) {
        String name = String.valueOf(sample.attributes().get(SAMPLER));
        if (sample.bits() != 0) {
          blind.remove(name);
          reasons.remove(name);
        } else if (EYES.contains(name)) {
          blind.put(name, reasons.getOrDefault(name, "it can't read its source"));
        }
      }
    }
  }

  private void judge(Rule rule, long nanos) {
    List<String> subjects = memory.subjects(rule.column().table());
    for (int place = 0; place < subjects.size(); place++) {
      var key = new Key(rule.id(), subjects.get(place));
      Standing known = standing.get(key);
      switch (Rules.judge(rule, memory, place, known != null)) {
        case Judgement.Present present -> {
          Fault fault = fault(rule, key.subject(), present.value(), present.sinceNanos(), nanos);
          present(key, fault, rule.patience().toNanos(), nanos);
        }
        case Judgement.Absent _ -> {
          // What an event told of the future of this tick, the tick does not know.
          if (known != null
              && nanos >= known.any().sinceNanos()
              && known.absent(rule.keep().toNanos(), nanos)) {
            end(key);
          }
        }
        case Judgement.CannotTell _ -> {
          if (known != null && known.unclear(last == 0 ? 0 : nanos - last, nanos)) {
            standing.remove(key);
          }
        }
      }
    }
  }

  private Fault fault(Rule rule, String subject, double value, long since, long nanos) {
    return new Fault(
        rule.id(),
        subject,
        rule.severity(),
        rule.action(),
        since,
        nanos,
        new Sentence(gpu(subject), host, subject).of(rule, value, words.get(subject)));
  }

  private void present(Key key, Fault fault, long patienceNanos, long nanos) {
    Standing known = standing.get(key);
    if (known == null && standing.size() < STANDING_MAX) {
      known = new Standing(fault, nanos);
      standing.put(key, known);
    }
    if (known != null) {
      known.present(fault, patienceNanos, nanos);
    }
  }

  private void end(Key key) {
    Standing ended = standing.remove(key);
    if (ended != null && ended.told() && ended.fault() != null) {
      over.add(ended.fault());
    }
  }

  /// Most events have no end: it is over when nothing more was heard for its rule's time.
  private void expire(long nanos) {
    Iterator<Map.Entry<Key, Standing>> all = standing.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Key, Standing> one = all.next();
      EventRule rule = eventRules.get(one.getKey().rule());
      Fault fault = one.getValue().any();
      if (rule != null && nanos - fault.heardNanos() >= rule.keep().toNanos() && blind.isEmpty()) {
        all.remove();
        if (one.getValue().told()) {
          over.add(fault);
        }
      }
    }
  }

  /// Takes an event.
  void happened(Occurrence event) {
    Map<String, String> attributes = event.attributes();
    String subject = subject(attributes);
    String said = PartWords.of(event.name(), attributes);
    if (said != null && (words.size() < STANDING_MAX || words.containsKey(subject))) {
      words.put(subject, said);
    }
    switch (event.name()) {
      case "lockstep.gpu.found" -> found(subject, attributes);
      case "lockstep.network.link.down" -> memory.link(subject, event.timeNanos(), false);
      case "lockstep.network.link.up" -> memory.link(subject, event.timeNanos(), true);
      case "lockstep.agent.reader.failed" -> failed(attributes);
      case "lockstep.agent.reader.recovered" -> recovered(attributes);
      default -> {}
    }
    for (Rule rule : RuleTable.ALL) {
      sooner(rule, event, subject);
    }
    for (EventRule rule : EventRules.ALL) {
      if (rule.isOver(event.name(), attributes)) {
        end(new Key(rule.id(), subject));
      }
    }
    EventRules.Told told = EventRules.judge(event.name(), event.body(), attributes);
    if (told != null) {
      told(told, subject, event.timeNanos());
    }
  }

  private static String subject(Map<String, String> attributes) {
    for (Subject part : List.of(Subject.CHECK, Subject.INVENTORY)) {
      String subject = part.of(attributes::get);
      if (subject != null) {
        return subject;
      }
    }
    return attributes.getOrDefault("hw.id", Table.HOST_SUBJECT);
  }

  /// Whoever told of it before the driver did may know its address alone.
  private void found(String gpu, Map<String, String> attributes) {
    String index = attributes.get("lockstep.gpu.index");
    String address = attributes.get("lockstep.gpu.pci.address");
    if (index != null) {
      is(gpu, index);
    }
    if (index != null && address != null) {
      is(GpuLedger.slot(address), index);
    }
  }

  private void is(String gpu, String index) {
    String before = gpu(gpu);
    if (indexes.size() < STANDING_MAX || indexes.containsKey(gpu)) {
      indexes.put(gpu, index);
      standing.values().forEach(one -> one.rename(gpu, before, gpu(gpu)));
    }
  }

  private void failed(Map<String, String> attributes) {
    String sampler = attributes.getOrDefault("lockstep.agent.sampler", "");
    if (!EYES.contains(sampler)) {
      return;
    }
    String source = attributes.get("lockstep.agent.source");
    if (source == null) {
      reasons.put(sampler, attributes.getOrDefault("error.message", ""));
    } else if (source.equals(LIBRARY)) {
      library.put(sampler, attributes.getOrDefault("error.message", ""));
    }
  }

  private void recovered(Map<String, String> attributes) {
    if (LIBRARY.equals(attributes.get("lockstep.agent.source"))) {
      library.remove(attributes.getOrDefault("lockstep.agent.sampler", ""));
    }
  }

  private void sooner(Rule rule, Occurrence event, String subject) {
    Sooner sooner = rule.sooner();
    if (sooner == null || memory.subject(rule.column().table(), subject) < 0) {
      return;
    }
    var key = new Key(rule.id(), subject);
    if (sooner.tells(event.name(), event.attributes())) {
      double value = rule.test() == Rule.Test.EQUALS ? rule.limit() : 0;
      long at = event.timeNanos();
      present(key, fault(rule, subject, value, at, at), rule.patience().toNanos(), at);
    } else if (event.name().equals(sooner.over())) {
      standing.computeIfPresent(key, (_, known) -> known.fault() == null ? null : known);
    }
  }

  private void told(EventRules.Told told, String subject, long nanos) {
    EventRule rule = told.rule();
    if (last - nanos >= rule.keep().toNanos()) {
      return; // it is told late, and over
    }
    var key = new Key(rule.id(), subject);
    Standing known = standing.get(key);
    Fault before = known == null ? null : known.fault();
    Fault fault =
        new Fault(
            rule.id(),
            subject,
            told.verdict().severity(),
            told.verdict().action(),
            before == null ? nanos : before.sinceNanos(),
            nanos,
            new Sentence(gpu(subject), host, subject).of(rule, told.verdict()));
    if (before != null && before.action().compareTo(fault.action()) > 0) {
      fault = before.heard(nanos); // of two, the graver stays
    }
    present(key, fault, 0, nanos);
  }

  private String gpu(String subject) {
    String index =
        subject.startsWith("gpu/") ? subject.substring(4) : indexes.getOrDefault(subject, subject);
    return Sentence.gpu(subject, index, host);
  }

  /// What stands, the gravest first.
  List<Fault> faults() {
    if (standing.isEmpty()) {
      return List.of();
    }
    return standing.values().stream()
        .map(Standing::fault)
        .filter(Objects::nonNull)
        .sorted(Fault::byGravity)
        .limit(Verdict.FAULTS_MAX)
        .toList();
  }

  /// Why nobody can say that all is well, in one line; empty when it can be said.
  String whatIsNotKnown() {
    Map<String, String> unread = blind.isEmpty() ? library : blind;
    if (!unread.isEmpty()) {
      Map.Entry<String, String> one = unread.entrySet().iterator().next();
      return "the sampler " + one.getKey() + " does not read: " + one.getValue();
    }
    Unheard unheard = memory.unheard();
    Column column = unheard.column();
    return column == null
        ? ""
        : "nothing was heard of "
            + column.name()
            + " of "
            + unheard.subject()
            + " for "
            + unheard.seconds()
            + " s";
  }

  /// Faults that began after nobody heard any more, and were not told of yet; now they are.
  ///
  /// @param aloneNanos since when nobody hears, Unix nanoseconds
  List<Fault> tell(long aloneNanos) {
    var told = new ArrayList<Fault>();
    for (Standing one : standing.values()) {
      Fault fault = one.fault();
      if (fault != null && !one.told() && fault.sinceNanos() >= aloneNanos) {
        one.tell();
        told.add(fault);
      }
    }
    return told;
  }

  /// Faults of the run before whose parts are not known here any more, since the last call.
  List<Fault> takeDropped() {
    List<Fault> taken = List.copyOf(dropped);
    dropped.clear();
    return taken;
  }

  /// Faults that were told of and are over since the last call.
  List<Fault> takeOver() {
    List<Fault> taken = List.copyOf(over);
    over.clear();
    return taken;
  }
}
