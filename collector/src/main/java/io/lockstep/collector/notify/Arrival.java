package io.lockstep.collector.notify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/// A webhook that a [Receiver] was sent.
///
/// @param time when it came
/// @param id its `webhook-id`; empty without
/// @param signature whether it is from somebody with the secret
/// @param problem why the signature is not good; empty when it is, or was not looked at
/// @param again whether a message with this id had come before
/// @param body to the letter
public record Arrival(
    Instant time, String id, Signature signature, String problem, boolean again, String body) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LINE_MAX = 600;

  /// What was found about the signature.
  public enum Signature {
    GOOD,
    BAD,
    /// The receiver has no secret.
    UNCHECKED
  }

  /// In one line, for people. What comes from outside can't move the cursor.
  public String line() {
    JsonNode event = event();
    JsonNode data = event.path("data");
    String type = event.path("type").asText("unknown");
    String what = type.substring(type.lastIndexOf('.') + 1);
    LocalTime clock =
        LocalTime.ofInstant(time, ZoneId.systemDefault()).truncatedTo(ChronoUnit.MILLIS);
    String text =
        "%s %-9s %-8s %s [%s, signature %s%s%s]"
            .formatted(
                clock,
                what,
                data.path("severity").asText(""),
                data.path("summary").asText("(no summary)"),
                id.isEmpty() ? "no id" : id,
                signature.name().toLowerCase(Locale.ROOT),
                problem.isEmpty() ? "" : ": " + problem,
                again ? ", came before" : "");
    return Redaction.plain(text, LINE_MAX);
  }

  /// What it is about in a few words, without the sentence: `opened (critical, evacuate): gpu-lost
  /// at node-0061 [msg_…, signature good]`.
  public String brief() {
    JsonNode event = event();
    JsonNode data = event.path("data");
    String type = event.path("type").asText("unknown");
    String text =
        "%s (%s, %s): %s at %s [%s, signature %s%s]"
            .formatted(
                type.substring(type.lastIndexOf('.') + 1),
                data.path("severity").asText(""),
                data.path("action").asText(""),
                data.path("kind").asText(""),
                data.path("host").asText(""),
                id.isEmpty() ? "no id" : id,
                signature.name().toLowerCase(Locale.ROOT),
                again ? ", came before" : "");
    return Redaction.plain(text, LINE_MAX);
  }

  /// As one JSON object on one line, for programs.
  public String json() {
    var object =
        JSON.createObjectNode()
            .put("time", time.toString())
            .put("id", id)
            .put("signature", signature.name().toLowerCase(Locale.ROOT))
            .put("again", again);
    if (!problem.isEmpty()) {
      object.put("problem", problem);
    }
    JsonNode event = event();
    if (event.isMissingNode()) {
      object.put("body", body);
    } else {
      object.set("event", event);
    }
    return object.toString();
  }

  private JsonNode event() {
    try {
      JsonNode event = JSON.readTree(body);
      return event.isObject() ? event : MissingNode.getInstance();
    } catch (JsonProcessingException _) {
      return MissingNode.getInstance();
    }
  }
}
