package io.lockstep.launcher;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.otlp.OtlpWriter;
import io.lockstep.telemetry.otlp.Sample;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.resources.Resource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.GZIPOutputStream;

/// Somebody who sends a collector what is no telemetry, or too much of it, a few times a second:
/// noise, requests with a damaged body, bombs of gzip, lengths that are lies, requests that never
/// end. A thread of its own.
final class ChaosGarbage implements AutoCloseable {
  private static final int EACH_MILLIS = 100;
  private static final int LEFT_OPEN = 32;
  private static final int ANSWER_MILLIS = 2_000;

  private final int port;
  private final Random random;
  private final byte[] honest;
  private final byte[] bomb;
  private final Deque<Socket> leftOpen = new ArrayDeque<>();
  private final LongAdder sent = new LongAdder();
  private final Thread thread;
  private volatile boolean over;

  /// @param port of the collector's, on loopback
  ChaosGarbage(int port, long seed) throws IOException {
    this.port = port;
    this.random = new Random(seed);
    this.honest = honest();
    this.bomb = bomb();
    this.thread = Thread.ofPlatform().daemon().name("garbage").start(this::run);
  }

  private static byte[] honest() {
    var resource = Resource.create(Attributes.builder().put("host.name", "hostile").build());
    try (var writer = new OtlpWriter(resource)) {
      Sample sample = Sample.of(Contract.column(Table.PORT, "received"), "port/1", 1L);
      return writer.metrics(List.of(sample), System.currentTimeMillis() * 1_000_000L, 0);
    }
  }

  /// 256 MiB of nothing.
  private static byte[] bomb() throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(bytes)) {
      byte[] nothing = new byte[1 << 20];
      for (int i = 0; i < 256; i++) {
        gzip.write(nothing);
      }
    }
    return bytes.toByteArray();
  }

  private void run() {
    try {
      while (!over) {
        try {
          once();
          sent.increment();
        } catch (IOException _) {
          // It was shown the door, or nobody is there.
        }
        Thread.sleep(EACH_MILLIS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void once() throws IOException {
    switch (random.nextInt(6)) {
      case 0 -> raw(noise(1 + random.nextInt(4096)), false);
      case 1 -> raw(request("", damaged(), 0), false);
      case 2 -> raw(request("Content-Encoding: gzip\r\n", bomb, 0), false);
      case 3 -> raw(request("Content-Encoding: gzip\r\n", noise(2000), 0), false);
      case 4 -> raw(request("", honest, 1 << 20), true); // the rest never comes
      default -> raw(request("lockstep-batch: " + random.nextLong() + "\r\n", honest, 0), false);
    }
  }

  private byte[] noise(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] damaged() {
    byte[] bytes = honest.clone();
    for (int i = 0; i <= random.nextInt(4); i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return bytes;
  }

  private byte[] request(String field, byte[] body, int lie) {
    String path = List.of("/v1/metrics", "/v1/logs", "/v1/traces").get(random.nextInt(3));
    String head =
        "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n%sContent-Length: %d\r\n\r\n"
            .formatted(path, field, body.length + lie);
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
    bytes.writeBytes(body);
    return bytes.toByteArray();
  }

  private void raw(byte[] bytes, boolean leave) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), port);
    try {
      socket.setSoTimeout(ANSWER_MILLIS);
      OutputStream out = socket.getOutputStream();
      out.write(bytes);
      if (!leave) {
        InputStream in = socket.getInputStream();
        int answered = in.read(new byte[4096]);
        if (answered < 0) {
          return;
        }
      }
    } finally {
      if (leave) {
        leave(socket);
      } else {
        socket.close();
      }
    }
  }

  private void leave(Socket socket) throws IOException {
    leftOpen.addLast(socket);
    if (leftOpen.size() > LEFT_OPEN) {
      leftOpen.removeFirst().close();
    }
  }

  /// Requests that were sent.
  long sent() {
    return sent.sum();
  }

  @Override
  public void close() {
    over = true;
    thread.interrupt();
    try {
      thread.join();
      for (Socket socket : leftOpen) {
        socket.close();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (IOException _) {
      // it is gone, as wanted
    }
  }
}
