package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.BatchId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What stands around a request's body: where it goes and what it is.
///
/// @param path below the other side's address, with a query where it has one
/// @param fields of the head, in order, beside those that every request has
record Envelope(String path, Map<String, String> fields) {

  /// @param type of the content
  /// @param encoding how the body is compressed; empty when it is not
  static Envelope of(String path, String type, String encoding) {
    var fields = new LinkedHashMap<String, String>();
    fields.put("Content-Type", type);
    if (!encoding.isEmpty()) {
      fields.put("Content-Encoding", encoding);
    }
    return new Envelope(path, fields);
  }

  /// Of a request of OTLP.
  ///
  /// @param id null from senders without batch ids
  static Envelope otlp(String path, boolean gzip, @Nullable BatchId id) {
    Envelope envelope = of(path, "application/x-protobuf", gzip ? "gzip" : "");
    if (id != null) {
      envelope.fields.put(BatchId.HEADER, id.header());
    }
    return envelope;
  }
}
