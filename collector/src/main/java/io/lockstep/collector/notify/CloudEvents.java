package io.lockstep.collector.notify;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockstep.collector.alert.Alert;
import io.lockstep.collector.alert.Incident;
import io.lockstep.collector.detect.Finding;
import io.lockstep.collector.detect.JobUse;
import io.lockstep.collector.detect.SubjectKey;
import io.lockstep.collector.state.Message;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Writes messages: CloudEvents 1.0, JSON, structured mode (https://cloudevents.io). `data` has the
/// names of `/api/v1/incidents`.
final class CloudEvents {
  private static final String TYPES = "io.lockstep.";

  /// More alerts than that make one incident no clearer, and receivers want less than 20 kB.
  private static final int ALERTS_MAX = 16;

  private static final int RANKS_MAX = 64;

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final @Nullable URI page;

  /// What is told of an incident.
  enum Event {
    OPENED,
    ESCALATED,
    RESOLVED;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// @param page address by which people reach the page; null when there are to be no links
  CloudEvents(@Nullable URI page) {
    this.page = page;
  }

  /// A message about an incident. Its id comes from what it tells and when.
  ///
  /// @param reopened whether the incident had been resolved before it opened
  /// @param now the round's time, Unix nanoseconds
  Message of(Event event, boolean reopened, Incident incident, long now) {
    String id = id(incident.id(), event.label(), levels(incident), Long.toString(now));
    SubjectKey about = incident.subject();
    String subject =
        about.host().isEmpty() ? about.subject() : about.host() + "/" + about.subject();
    ObjectNode envelope =
        envelope(id, about.cluster(), "incident." + event.label(), instant(now))
            .put("subject", subject);
    envelope.set("data", data(incident, reopened));
    return new Message(id, envelope.toString());
  }

  /// A message that tells nothing but that messages arrive.
  static Message test(String cluster, Instant now) {
    String id = id("test", cluster, now.toString(), Long.toString(System.nanoTime()));
    ObjectNode envelope = envelope(id, cluster, "test", now);
    envelope
        .putObject("data")
        .put("cluster", cluster)
        .put("summary", "A test message of Lockstep. Nothing is wrong.");
    return new Message(id, envelope.toString());
  }

  private static ObjectNode envelope(String id, String cluster, String type, Instant time) {
    return JSON.objectNode()
        .put("specversion", "1.0")
        .put("id", id)
        .put("source", "lockstep://" + cluster)
        .put("type", TYPES + type)
        .put("time", time.toString())
        .put("datacontenttype", "application/json");
  }

  private static String levels(Incident incident) {
    return incident.kind() + " " + incident.severity() + " " + incident.action();
  }

  private static String id(String... parts) {
    try {
      byte[] text = String.join("\n", parts).getBytes(StandardCharsets.UTF_8);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(text);
      return "msg_" + HexFormat.of().formatHex(hash, 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private ObjectNode data(Incident incident, boolean reopened) {
    Alert lead = incident.lead();
    Finding finding = lead.finding();
    ObjectNode data =
        JSON.objectNode()
            .put("id", incident.id())
            .put("cluster", incident.subject().cluster())
            .put("kind", incident.kind().label())
            .put("host", incident.subject().host())
            .put("subject", incident.subject().subject())
            .put("severity", label(incident.severity()))
            .put("action", label(incident.action()))
            .put("state", incident.isOpen() ? "open" : "resolved")
            .put("onset", instant(incident.onsetNanos()).toString())
            .put("opened", instant(incident.openedNanos()).toString());
    if (!incident.isOpen()) {
      data.put("resolved", instant(incident.resolvedNanos()).toString());
    }
    if (reopened) {
      data.put("reopened", true);
    }
    data.put("summary", incident.told());
    evidence(data.putArray("evidence"), finding);
    ArrayNode jobs = data.putArray("jobs");
    incident.jobs().forEach(job -> job(jobs.addObject(), job));
    data.put("runbook", lead.detector());
    if (page != null) {
      data.put("runbookUrl", page.resolve("runbooks/" + encoded(lead.detector())).toString());
      data.put("pageUrl", page.resolve("#incident-" + incident.id()).toString());
    }
    ArrayNode alerts = data.putArray("alerts");
    incident.alerts().stream().limit(ALERTS_MAX).forEach(alert -> alert(alerts.addObject(), alert));
    return data;
  }

  private static void evidence(ArrayNode evidence, Finding finding) {
    finding
        .evidence()
        .forEach((name, value) -> {
          if (Double.isFinite(value)) {
            evidence.addObject().put("name", name).put("value", value);
          }
        });
  }

  private static void job(ObjectNode json, JobUse job) {
    json.put("system", job.system()).put("job", job.job());
    if (!job.step().isEmpty()) {
      json.put("step", job.step());
    }
    ArrayNode ranks = json.putArray("ranks");
    job.ranks().stream().limit(RANKS_MAX).forEach(ranks::add);
    if (job.worldSize() > 0) {
      json.put("worldSize", job.worldSize());
    }
  }

  private static void alert(ObjectNode json, Alert alert) {
    boolean over = alert.state() == Alert.State.RESOLVED;
    json.put("name", alert.detector())
        .put("state", over ? "resolved" : "open")
        .put("onset", instant(alert.finding().onsetNanos()).toString());
    if (over) {
      json.put("resolved", instant(alert.resolvedNanos()).toString());
    }
    json.put("summary", alert.finding().summary());
  }

  private static String label(Enum<?> level) {
    return level.name().toLowerCase(Locale.ROOT);
  }

  private static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8);
  }

  private static Instant instant(long nanos) {
    return Instant.ofEpochSecond(0, nanos);
  }
}
