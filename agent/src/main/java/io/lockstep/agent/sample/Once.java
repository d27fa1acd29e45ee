package io.lockstep.agent.sample;

import io.lockstep.agent.sample.check.CheckSampler;
import io.lockstep.agent.sample.textfile.TextExposition;
import io.lockstep.agent.sample.textfile.TextfileSampler;
import io.lockstep.telemetry.exposition.Family;
import io.lockstep.telemetry.exposition.PrometheusText;
import io.lockstep.telemetry.exposition.RoundJson;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// `lockstep agent --once`: one round of every sampler, printed.
public final class Once {
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  /// Shares of processor time are over the time between two rounds of the host's sampler.
  private static final Duration BETWEEN = Duration.ofMillis(500);

  private static final Duration SETTLE = Duration.ofMillis(200);
  private static final int SETTLE_MAX = 20;

  /// What a captured tree's host is called when nobody says its name.
  public static final String UNKNOWN_HOST = "unknown";

  /// How the round is printed.
  public enum Format {
    /// Prometheus's text format; events stand in comments.
    PROMETHEUS,
    /// One JSON object.
    JSON
  }

  private final List<Sample> samples = new ArrayList<>();
  private final List<Occurrence> events = new ArrayList<>();
  private final Instant now;

  private final Supplier<TextExposition> textfiles;

  private Once(Instant now, List<Sampler> samplers) {
    this.now = now;
    this.textfiles = TextfileSampler.among(samplers);
  }

  /// Runs one round and prints it, with what the kernel's log holds. A sampler that fails, or has
  /// not answered in ten seconds, stands among the events; the others are printed.
  ///
  /// @param root `/`, or a folder that holds a captured `proc/` and `sys/`: then nothing of the
  ///   live host is printed
  /// @param host the host's name; null for the kernel's, or `unknown` for a captured tree
  /// @param out is written to and flushed, not closed
  /// @throws IOException when the root is no folder
  public static void run(
      Samplers.Config config, Path root, @Nullable String host, Format format, PrintStream out)
      throws IOException, InterruptedException {
    run(config, root, host, format, out, false);
  }

  /// The same.
  ///
  /// @param checks whether the site's checks are run; they may change something
  public static void run(
      Samplers.Config config,
      Path root,
      @Nullable String host,
      Format format,
      PrintStream out,
      boolean checks)
      throws IOException, InterruptedException {
    run(config, root, host, format, out, checks, DEADLINE);
  }

  /// @param deadline for each sampler
  static void run(
      Samplers.Config config,
      Path root,
      @Nullable String host,
      Format format,
      PrintStream out,
      boolean checks,
      Duration deadline)
      throws IOException, InterruptedException {
    if (!Files.isDirectory(root)) {
      throw new IOException(
          root + " is no folder; it must hold what was captured of proc/ and sys/");
    }
    var told = new ConcurrentLinkedQueue<Occurrence>();
    var around =
        new Samplers.Surroundings(
            null, deadline.multipliedBy(4).dividedBy(5), InstantSource.system(), told::addAll);
    List<Sampler> samplers = Samplers.all(config, root, around);
    boolean live = Samplers.live(root);
    if (live) {
      prime(samplers);
    }
    var once = new Once(Instant.now(), samplers);
    for (Sampler sampler : samplers) {
      if (!(sampler instanceof CheckSampler site)) {
        once.read(sampler, deadline);
      } else if (checks) {
        once.add(site.runAll(once.now));
      }
    }
    awaitQuiet(told);
    once.events.addAll(told);
    once.print(host == null ? hostName(live) : host, format, out);
  }

  private static void prime(List<Sampler> samplers) throws InterruptedException {
    for (Sampler sampler : samplers) {
      if (sampler instanceof HostSampler host) {
        host.sample(Instant.now());
      }
    }
    Thread.sleep(BETWEEN);
  }

  private void read(Sampler sampler, Duration deadline) throws InterruptedException {
    var round = new FutureTask<>(() -> sampler.sample(now));
    Thread.ofPlatform().daemon().name("sampler-" + sampler.name()).start(round);
    try {
      add(round.get(deadline.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException _) {
      failed(sampler, "no answer within " + deadline.toMillis() + " ms");
    } catch (ExecutionException e) {
      failed(sampler, String.valueOf(e.getCause()));
    }
  }

  private void add(Reading reading) {
    samples.addAll(reading.samples());
    events.addAll(reading.events());
  }

  /// The kernel's log is read on a thread of its own: what stands in it is told at once, one event
  /// after the other.
  private static void awaitQuiet(Queue<Occurrence> told) throws InterruptedException {
    int before = -1;
    for (int i = 0; i < SETTLE_MAX && told.size() > before; i++) {
      before = told.size();
      Thread.sleep(SETTLE);
    }
  }

  private void failed(Sampler sampler, String why) {
    var notes = new Notes(sampler.name(), now, 0);
    notes.failed("", sampler.name(), why);
    events.addAll(notes.reading().events());
  }

  private static String hostName(boolean live) throws IOException {
    Path kernel = Path.of("/proc/sys/kernel/hostname");
    return live && Files.isReadable(kernel) ? Files.readString(kernel).strip() : UNKNOWN_HOST;
  }

  private void print(String host, Format format, PrintStream out) {
    String text =
        switch (format) {
          case PROMETHEUS -> prometheus(host);
          case JSON -> RoundJson.of(host, now, samples, events);
        };
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.write(bytes, 0, bytes.length);
    out.flush();
  }

  private String prometheus(String host) {
    var text = new StringBuilder();
    text.append(PrometheusText.target(host, "lockstep-agent"));
    text.append(
        PrometheusText.of(
            Family.of(samples.stream().filter(sample -> !sample.metric().isVerbatim()).toList())));
    text.append(textfiles.get().text(false));
    for (Occurrence event : events) {
      String line = "# EVENT " + event.name() + " " + event.body();
      text.append(line.lines().findFirst().orElse(line)).append('\n');
    }
    return text.toString();
  }
}
