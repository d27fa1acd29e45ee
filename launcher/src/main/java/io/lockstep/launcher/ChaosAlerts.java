package io.lockstep.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.collector.notify.Arrival;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/// What the on-call tool must be told, and what it is told. What was broken here stays broken: it
/// opens one incident, once, and is never resolved. Any thread.
final class ChaosAlerts {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ReentrantLock lock = new ReentrantLock();
  private final Set<String> expected = new HashSet<>();

  /// By subject: the ids of messages that it opened.
  private final Map<String, Set<String>> opened = new HashMap<>();

  private final Set<String> resolved = new HashSet<>();
  private final Map<String, Integer> byId = new HashMap<>();
  private final Map<String, Integer> others = new TreeMap<>();
  private int badSignatures;

  /// A part of a server breaks now.
  void expect(String host, String subject) {
    lock.lock();
    try {
      expected.add(host + "/" + subject);
    } finally {
      lock.unlock();
    }
  }

  /// Takes a message.
  void arrived(Arrival arrival) {
    lock.lock();
    try {
      if (arrival.signature() != Arrival.Signature.GOOD) {
        badSignatures++;
        return;
      }
      if (byId.merge(arrival.id(), 1, Integer::sum) == 1) {
        told(JSON.readTree(arrival.body()), arrival.id());
      }
    } catch (JsonProcessingException _) {
      badSignatures++;
    } finally {
      lock.unlock();
    }
  }

  private void told(JsonNode event, String id) {
    JsonNode data = event.path("data");
    String subject = data.path("host").asText() + "/" + data.path("subject").asText();
    String type = event.path("type").asText();
    if (type.endsWith(".opened")) {
      opened.computeIfAbsent(subject, _ -> new HashSet<>()).add(id);
      if (!expected.contains(subject)) {
        others.merge(data.path("kind").asText(), 1, Integer::sum);
      }
    } else if (type.endsWith(".resolved")) {
      resolved.add(subject);
    }
  }

  /// What came of it.
  ///
  /// @param expected parts that broke
  /// @param told of these, those that were told
  /// @param doubled of these, those that were told as two incidents or as new twice
  /// @param mended of these, those that were told to be over
  /// @param repeated messages that came again, with the same id
  /// @param forged messages without a good signature
  /// @param others incidents that the faults of the site itself have opened, by kind
  /// @param missing some that were never told
  record Result(
      int expected,
      int told,
      int doubled,
      int mended,
      int repeated,
      int forged,
      Map<String, Integer> others,
      List<String> missing) {}

  Result result() {
    lock.lock();
    try {
      List<String> missing =
          expected.stream().filter(one -> !opened.containsKey(one)).sorted().toList();
      int doubled =
          (int)
              expected.stream()
                  .filter(one -> opened.getOrDefault(one, Set.of()).size() > 1)
                  .count();
      int mended = (int) expected.stream().filter(resolved::contains).count();
      int repeated = byId.values().stream().mapToInt(count -> count - 1).sum();
      return new Result(
          expected.size(),
          expected.size() - missing.size(),
          doubled,
          mended,
          repeated,
          badSignatures,
          new TreeMap<>(others),
          new ArrayList<>(missing));
    } finally {
      lock.unlock();
    }
  }
}
