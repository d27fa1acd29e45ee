package io.lockstep.agent.listen;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import io.lockstep.telemetry.otlp.OtlpException;
import io.lockstep.telemetry.otlp.OtlpJson;
import io.lockstep.telemetry.otlp.Signal;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Takes one OTLP request: protobuf or JSON, plain or gzip. The answer 200 means that it is in the
/// spool.
final class OtlpHandler {
  /// Whether bytes are an OTLP request.
  interface Check {
    /// Returns when they are.
    ///
    /// @throws OtlpException when they are not; says where
    void check(Signal signal, byte[] protobuf) throws OtlpException;
  }

  /// Bodies held at a time; with their size at most, what the listener can take of memory. Reading
  /// what they say takes several times that, so it is done for one after the other.
  private static final int AT_A_TIME = 6;

  private static final int WAIT_SECONDS = 5;

  private final Semaphore room = new Semaphore(AT_A_TIME);
  private final ReentrantLock reading = new ReentrantLock();
  private final Check check;
  private final Bundles bundles;

  OtlpHandler(Check check, Bundles bundles) {
    this.check = check;
    this.bundles = bundles;
  }

  /// Reads the request and hands it on.
  void handle(HttpExchange exchange, Signal signal)
      throws IOException, Problem, InterruptedException {
    if (exchange.getRequestHeaders().containsKey("Origin")) {
      throw new Problem(403, "Nothing is taken from web pages: the request has an Origin");
    }
    if (!exchange.getRequestMethod().equals("POST")) {
      exchange.getResponseHeaders().set("Allow", "POST");
      throw new Problem(405, "Method must be POST, is " + exchange.getRequestMethod());
    }
    boolean json = json(exchange.getRequestHeaders());
    byte[] protobuf = read(exchange, signal, json);
    if (protobuf.length > 0) {
      bundles.add(signal, protobuf);
    }
    Answers.ok(exchange, json);
  }

  private byte[] read(HttpExchange exchange, Signal signal, boolean json)
      throws IOException, Problem, InterruptedException {
    if (!room.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
      exchange.getResponseHeaders().set("Retry-After", "1");
      throw new Problem(503, "Too many requests at a time: send again in a second");
    }
    try {
      byte[] body = Body.read(exchange.getRequestHeaders(), exchange.getRequestBody());
      return protobuf(body, signal, json);
    } finally {
      room.release();
    }
  }

  private byte[] protobuf(byte[] body, Signal signal, boolean json) throws Problem {
    reading.lock();
    try {
      byte[] protobuf = json ? OtlpJson.toProtobuf(signal, body) : body;
      check.check(signal, protobuf);
      return protobuf;
    } catch (OtlpException e) {
      throw new Problem(400, "Not an OTLP request for " + signal.path() + ": " + e.getMessage());
    } finally {
      reading.unlock();
    }
  }

  /// Whether the body is JSON, else protobuf.
  static boolean json(Headers headers) throws Problem {
    String type = type(headers.getFirst("Content-Type"));
    return switch (type) {
      case "application/json" -> true;
      case "application/x-protobuf" -> false;
      default ->
          throw new Problem(
              415, "Content-Type must be application/x-protobuf or application/json, is " + type);
    };
  }

  private static String type(@Nullable String header) {
    if (header == null) {
      return "absent";
    }
    String type = header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return type.length() <= 80 ? type : type.substring(0, 80) + "…";
  }
}
