package io.lockstep.agent.sample.isolated;

import io.lockstep.agent.sample.isolated.Frame.Kind;
import io.lockstep.telemetry.otlp.Occurrence;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One run of the process that reads the GPUs, as the agent sees it. The sampler's thread uses it;
/// what GPUs report comes on a thread of its own.
final class Child implements AutoCloseable {
  private static final long END_MILLIS = 2000;
  private static final long ENDING_NANOS = 3_000_000_000L;
  private static final long PAGE_BYTES = 4096;

  /// As small as it works: a heap for some thousand values a second, a stack for JNA.
  private static final List<String> FLAGS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "-XX:+UseSerialGC",
          "-Xms4m",
          "-Xmn1m",
          "-Xmx24m",
          "-Xss512k",
          "-XX:TieredStopAtLevel=1",
          "-XX:-UsePerfData",
          "-XX:TrimNativeHeapInterval=10000",
          "-XX:+ExitOnOutOfMemoryError",
          "-XX:-CreateCoredumpOnCrash",
          "-XX:+DisplayVMOutputToStderr");

  private static final List<String> PROPERTIES =
      List.of("jna.boot.library.path", "jna.nounpack", "org.slf4j.simpleLogger.defaultLogLevel");

  private final BlockingQueue<Answer> answers = new ArrayBlockingQueue<>(2);
  private final Words words = new Words();
  private final long startedMillis = System.currentTimeMillis();
  private final Process process;
  private final DataOutputStream out;
  private final Consumer<List<Occurrence>> outlet;
  private volatile @Nullable String broken;
  private volatile long brokenNanos;
  private long askedNanos;
  private boolean asked;
  private boolean answered;

  private Child(Process process, Consumer<List<Occurrence>> outlet) {
    this.process = process;
    this.outlet = outlet;
    out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
    Thread.ofPlatform().daemon().name("gpu-child").start(this::listen);
  }

  /// Starts it.
  ///
  /// @param crash where a crash is written down; null for standard error
  /// @throws IOException when it can't be started
  static Child start(Words.Setup setup, @Nullable Path crash, Consumer<List<Occurrence>> outlet)
      throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    // A file that can't be made would become one of another name, in whatever folder this is.
    boolean there = crash != null && Files.isWritable(crash.toAbsolutePath().getParent());
    command.add(there ? "-XX:ErrorFile=" + crash : "-XX:+ErrorFileToStderr");
    for (String property : PROPERTIES) {
      String value = System.getProperty(property);
      if (value != null) {
        command.add("-D" + property + "=" + value);
      }
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), GpuChild.class.getName()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    var child = new Child(process, outlet);
    new Frame(Kind.CONFIG, Words.setup(setup)).writeTo(child.out);
    return child;
  }

  private void listen() {
    try (var in = new DataInputStream(new BufferedInputStream(process.getInputStream()))) {
      try {
        for (Frame frame = Frame.readFrom(in); frame != null; frame = Frame.readFrom(in)) {
          take(frame);
        }
      } catch (IOException e) {
        brokenNanos = System.nanoTime();
        broken = "it says what makes no sense: " + e.getMessage();
        in.transferTo(OutputStream.nullOutputStream()); // a JVM that crashes has much to say
      }
    } catch (IOException _) {
      // its end
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void take(Frame frame) throws IOException, InterruptedException {
    switch (frame.kind()) {
      case READING -> answers.put(words.answer(frame));
      case EVENTS -> outlet.accept(Words.events(frame.in()));
      case CONFIG, ROUND -> throw new IOException("it says what only the agent says");
    }
  }

  /// Asks for a round, unless one is under way, and waits for the answer.
  ///
  /// @param untilNanos waits so long at most, by the monotonic clock
  /// @return null when there is none yet
  @Nullable Answer ask(Words.Asked round, long untilNanos) throws InterruptedException {
    if (!asked) {
      try {
        new Frame(Kind.ROUND, Words.asked(round)).writeTo(out);
      } catch (IOException _) {
        return null; // it has ended, which is seen by itself
      }
      asked = true;
      askedNanos = System.nanoTime();
    }
    Answer answer = answers.poll(untilNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    asked = answer == null;
    answered |= answer != null;
    return answer;
  }

  /// For how long it has not answered, nanoseconds; 0 when nothing was asked.
  long waitedNanos() {
    return asked ? System.nanoTime() - askedNanos : 0;
  }

  /// Whether it ever answered.
  boolean answered() {
    return answered;
  }

  /// How it ended, in words; empty while it runs.
  String ended() {
    String nonsense = broken;
    if (process.isAlive()) {
      boolean ending = System.nanoTime() - brokenNanos < ENDING_NANOS;
      return nonsense == null || ending ? "" : nonsense;
    }
    int code = process.exitValue();
    return switch (code) {
      case 134 -> "it crashed (SIGABRT, as after a fault in the library)";
      case 137 -> "it was killed (SIGKILL)";
      case 139 -> "it crashed (SIGSEGV)";
      default -> "it ended with code " + code;
    };
  }

  /// What it has in memory, MiB; 0 when that can't be read.
  long residentMebibytes() {
    try {
      String[] pages =
          Files.readString(Path.of("/proc/" + process.pid() + "/statm")).split(" ", -1);
      return (Long.parseLong(pages[1]) * PAGE_BYTES) >> 20;
    } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException _) {
      return 0;
    }
  }

  /// When it was started, Unix milliseconds.
  long startedMillis() {
    return startedMillis;
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /// Ends it.
  ///
  /// @return false when it can't be ended: it hangs in the kernel
  boolean kill() throws InterruptedException {
    process.destroyForcibly();
    return process.waitFor(END_MILLIS, TimeUnit.MILLISECONDS);
  }

  /// Lets it end by itself, by the end of its input.
  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException _) {
      // it has ended
    }
    try {
      if (!process.waitFor(END_MILLIS, TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
