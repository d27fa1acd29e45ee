package io.lockstep.collector.receive;

import io.lockstep.collector.receive.Refusal.Reason;
import io.lockstep.telemetry.otlp.Signal;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// OTLP over gRPC: one message in a frame each way, the outcome in trailers
/// (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). Calls share a connection, so
/// what goes wrong with one ends that one only.
final class GrpcWire implements Wire {
  /// Whether the message is compressed, and its length in four bytes.
  private static final int FRAME_HEAD_BYTES = 5;

  private static final String TYPE = "application/grpc";
  private static final String ENCODING = "grpc-encoding";

  /// `CANCEL` of HTTP/2 (RFC 9113, section 7).
  private static final long CANCEL = 8;

  /// `UNIMPLEMENTED` of gRPC: what clients expect for a method or a compression that is not there.
  private static final int UNIMPLEMENTED = 12;

  private static final String HEX = "0123456789ABCDEF";

  private final Door door;

  GrpcWire(Door door) {
    this.door = door;
  }

  @Override
  public String label() {
    return "grpc";
  }

  @Override
  public @Nullable Signal signal(@Nullable String path) {
    for (Signal one : Signal.values()) {
      if (one.method().equals(path)) {
        return one;
      }
    }
    return null;
  }

  @Override
  public Head read(HttpServerRequest request) {
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    if (!isGrpc(type)) {
      return new Refusal(
          Reason.WRONG_CONTENT_TYPE,
          "Content-Type must be application/grpc, is " + Door.quoted(type));
    }
    Signal signal = signal(request.path());
    if (signal == null) {
      return new Refusal(
          Reason.UNKNOWN_PATH,
          "OTLP's methods are "
              + Signal.METRICS.method()
              + " and those alike, called is "
              + Door.quoted(request.path()));
    }
    return switch (door.identify(request)) {
      case Refusal refusal -> refusal;
      case Identity.Known known ->
          door.accept(request, known.sender(), signal, Encoding.PROTOBUF, ENCODING);
    };
  }

  private static boolean isGrpc(@Nullable String type) {
    if (type == null) {
      return false;
    }
    String bare = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return bare.equals(TYPE) || bare.equals(TYPE + "+proto");
  }

  @Override
  public long lengthMax(long bodyMax) {
    return bodyMax + FRAME_HEAD_BYTES;
  }

  @Override
  public Opened open(Head.Accepted head, Buffer body) {
    if (body.length() < FRAME_HEAD_BYTES) {
      return new Refusal(Reason.MALFORMED, "not gRPC: the call has no whole message");
    }
    int compressed = body.getByte(0);
    long length = body.getUnsignedInt(1);
    if (length != body.length() - FRAME_HEAD_BYTES) {
      return new Refusal(
          Reason.MALFORMED,
          "not gRPC: the message says that it has "
              + length
              + " bytes and has "
              + (body.length() - FRAME_HEAD_BYTES)
              + "; OTLP sends one message a call");
    }
    if (compressed != 0 && (compressed != 1 || head.coding() == Coding.IDENTITY)) {
      return new Refusal(
          Reason.MALFORMED, "not gRPC: the message is compressed, and grpc-encoding says not how");
    }
    byte[] message = body.getBytes(FRAME_HEAD_BYTES, body.length());
    return new Message(compressed == 0 ? head.as(Coding.IDENTITY) : head, message);
  }

  @Override
  public Future<?> stored(
      HttpServerRequest request, Head.Accepted head, Intake.Answer.Stored stored) {
    byte[] message = Reply.stored(Encoding.PROTOBUF, head.signal(), stored);
    Buffer frame =
        Buffer.buffer(FRAME_HEAD_BYTES + message.length)
            .appendByte((byte) 0)
            .appendInt(message.length)
            .appendBytes(message);
    HttpServerResponse response = request.response().putHeader(HttpHeaders.CONTENT_TYPE, TYPE);
    response.putTrailer("grpc-status", "0");
    return response.end(frame);
  }

  @Override
  public Future<?> refused(HttpServerRequest request, Refusal refusal, boolean whole) {
    HttpServerResponse response = request.response();
    if (refusal.reason() == Reason.WRONG_CONTENT_TYPE) {
      return response
          .setStatusCode(refusal.reason().status())
          .end(Buffer.buffer(Reply.refused(Encoding.JSON, refusal)));
    }
    int code = code(refusal.reason());
    byte[] status = Reply.status(code, refusal);
    response
        .putHeader(HttpHeaders.CONTENT_TYPE, TYPE)
        .putHeader("grpc-status", Integer.toString(code))
        .putHeader("grpc-message", percentEncoded(Reply.cut(refusal.message())))
        .putHeader(
            "grpc-status-details-bin", Base64.getEncoder().withoutPadding().encodeToString(status));
    if (refusal.retryAfter().isPositive()) {
      response.putHeader("grpc-retry-pushback-ms", Long.toString(refusal.retryAfter().toMillis()));
    }
    if (refusal.reason() == Reason.WRONG_CONTENT_ENCODING) {
      response.putHeader("grpc-accept-encoding", "identity, " + Coding.ACCEPTED);
    }
    return response.end();
  }

  private static int code(Reason reason) {
    return reason == Reason.UNKNOWN_PATH || reason == Reason.WRONG_CONTENT_ENCODING
        ? UNIMPLEMENTED
        : reason.rpcCode();
  }

  /// As `grpc-message` wants it: what is not a visible ASCII character, and `%`, in hex.
  private static String percentEncoded(String text) {
    var out = new StringBuilder();
    for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
      if (one >= ' ' && one <= '~' && one != '%') {
        out.append((char) one);
      } else {
        out.append('%').append(HEX.charAt((one >> 4) & 0xf)).append(HEX.charAt(one & 0xf));
      }
    }
    return out.toString();
  }

  /// Its stream is closed from both sides then; the connection goes on.
  @Override
  public void readLate(HttpServerRequest request) {}

  @Override
  public void cut(HttpServerRequest request) {
    request.response().reset(CANCEL);
  }
}
