package io.lockstep.agent.listen;

import io.lockstep.agent.batch.Encoder;
import io.lockstep.agent.batch.Encoder.Requests;
import io.lockstep.telemetry.otlp.Signal;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Makes one batch of the requests that come within the same moment: the ranks of a synchronous job
/// end a step together, and eight small batches cost the collector eight times one. OTLP requests
/// of one signal join by being written one behind the other, as protobuf joins repeated fields.
final class Bundles {
  /// How long the first of a bundle waits for others.
  static final Duration MOMENT = Duration.ofMillis(40);

  private static final int BYTES_FULL = 512 << 10;

  private static final class Bundle {
    final ByteArrayOutputStream body = new ByteArrayOutputStream();
    final CountDownLatch full = new CountDownLatch(1);
    final CompletableFuture<Boolean> spooled = new CompletableFuture<>();
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Signal, Bundle> open = new EnumMap<>(Signal.class);
  private final Requests requests;
  private final InstantSource clock;

  Bundles(Requests requests, InstantSource clock) {
    this.requests = requests;
    this.clock = clock;
  }

  /// Adds a request; returns when the batch with it is in the spool.
  ///
  /// @param protobuf a whole OTLP request of that signal
  void add(Signal signal, byte[] protobuf) throws InterruptedException {
    Bundle bundle;
    boolean first;
    lock.lock();
    try {
      @Nullable Bundle before = open.get(signal);
      first = before == null;
      bundle = before == null ? new Bundle() : before;
      bundle.body.writeBytes(protobuf);
      if (bundle.body.size() >= BYTES_FULL) {
        open.remove(signal);
        bundle.full.countDown();
      } else {
        open.put(signal, bundle);
      }
    } finally {
      lock.unlock();
    }
    if (first) {
      close(signal, bundle);
    } else {
      await(bundle);
    }
  }

  private void close(Signal signal, Bundle bundle) {
    awaitOthers(bundle);
    lock.lock();
    try {
      open.remove(signal, bundle);
    } finally {
      lock.unlock();
    }
    try {
      requests.take(signal, Encoder.nanos(clock.instant()), bundle.body.toByteArray());
      bundle.spooled.complete(true);
    } catch (RuntimeException e) {
      bundle.spooled.completeExceptionally(e);
      throw e;
    }
  }

  /// Who is stopped meanwhile does not wait, but still hands over what others added.
  private static void awaitOthers(Bundle bundle) {
    try {
      bundle.full.await(MOMENT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static void await(Bundle bundle) throws InterruptedException {
    try {
      bundle.spooled.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the batch could not be made", e.getCause());
    }
  }
}
