package io.lockstep.agent.sample.check;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One run of a check, from start to end, on the thread that calls it. Never blocks in a read: what
/// a check leaves running may hold its output open for ever.
final class CheckRun {
  static final int OUTPUT_MAX = 64 << 10;

  private static final int ERRORS_MAX = 4 << 10;
  private static final long LOOK_MILLIS = 50;
  private static final long LOOK_LATER_MILLIS = 250;
  private static final long LATER_NANOS = 2_000_000_000L;
  private static final long END_MILLIS = 2_000;

  /// Exit codes of a shell for what it could not find or execute.
  private static final int NOT_EXECUTABLE = 126;

  private static final int NOT_FOUND = 127;
  private static final int SIGNALLED = 128;

  private final SiteCheck check;
  private final InstantSource clock;
  private final Guardian guardian;
  private final String mark = Strays.mark();
  private @Nullable Process abandoned;
  private int strays;

  CheckRun(SiteCheck check, InstantSource clock, Guardian guardian) {
    this.check = check;
    this.clock = clock;
    this.guardian = guardian;
  }

  /// The process that could not be killed; null when there is none.
  @Nullable Process abandoned() {
    return abandoned;
  }

  /// Processes in sessions of their own that were killed behind it.
  int strays() {
    return strays;
  }

  /// Runs it.
  ///
  /// @throws InterruptedException when the agent ends; the check has been killed
  Outcome run() throws InterruptedException {
    long begin = System.nanoTime();
    Process process;
    guardian.awaits();
    try {
      process = Launch.start(check, mark);
    } catch (IOException e) {
      return unknown("can't be started: " + e.getMessage(), List.of(), begin);
    }
    var group = new ProcessGroup(process);
    guardian.begins(process.pid());
    try (InputStream out = process.getInputStream();
        InputStream err = process.getErrorStream()) {
      return watch(
          process, group, new Written(out, OUTPUT_MAX), new Written(err, ERRORS_MAX), begin);
    } catch (IOException e) {
      group.endRest();
      return unknown("can't be read: " + e.getMessage(), List.of(), begin);
    } catch (InterruptedException e) {
      group.endRest();
      throw e;
    } finally {
      strays = Strays.end(mark, process.pid());
      guardian.ended(process.pid());
    }
  }

  private Outcome watch(Process process, ProcessGroup group, Written out, Written err, long begin)
      throws IOException, InterruptedException {
    long timeout = check.timeout().toNanos();
    boolean busy = false;
    while (!process.waitFor(busy ? 1 : pause(begin), TimeUnit.MILLISECONDS)) {
      busy = out.take(); // who writes much must not wait for us
      err.take();
      if (System.nanoTime() - begin > timeout) {
        boolean ended = group.end(END_MILLIS);
        abandoned = ended ? null : process;
        out.take();
        return timedOut(PluginOutput.of(out.text()), ended, begin);
      }
    }
    out.take();
    err.take();
    group.endRest();
    return ended(process.exitValue(), PluginOutput.of(out.text()), err, begin);
  }

  private static long pause(long begin) {
    return System.nanoTime() - begin < LATER_NANOS ? LOOK_MILLIS : LOOK_LATER_MILLIS;
  }

  private Outcome timedOut(PluginOutput output, boolean ended, long begin) {
    String said = output.line().isEmpty() ? "" : "; it had said: " + output.line();
    return unknown(
        "no end after "
            + seconds(check.timeout())
            + " s, "
            + (ended ? "killed" : "and can't be killed: it waits in the kernel")
            + said,
        List.of(),
        begin);
  }

  private Outcome ended(int code, PluginOutput output, Written err, long begin) {
    if (code >= 0 && code <= CheckState.UNKNOWN.code()) {
      String line = output.line().isEmpty() ? PluginOutput.of(err.text()).line() : output.line();
      return outcome(CheckState.of(code), line, output.values(), begin);
    }
    String said = output.line().isEmpty() ? PluginOutput.of(err.text()).line() : output.line();
    return unknown(why(code) + (said.isEmpty() ? "" : ": " + said), output.values(), begin);
  }

  private static String why(int code) {
    if (code == NOT_EXECUTABLE || code == NOT_FOUND) {
      return code == NOT_FOUND ? "a program was not found" : "a program could not be executed";
    }
    return code > SIGNALLED
        ? "ended by signal " + (code - SIGNALLED)
        : "exit code " + code + ", must be 0 to 3";
  }

  private Outcome unknown(String line, List<CheckValue> values, long begin) {
    return outcome(CheckState.UNKNOWN, line, values, begin);
  }

  private Outcome outcome(CheckState state, String line, List<CheckValue> values, long begin) {
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Outcome(state, line, values, seconds, clock.instant());
  }

  private static String seconds(Duration time) {
    return Long.toString(Math.max(1, time.toSeconds()));
  }

  /// What a process wrote, as far as it is kept; the rest is read and thrown away, so that it can
  /// go on.
  private static final class Written {
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private final byte[] buffer = new byte[8192];
    private final InputStream from;
    private final int max;

    Written(InputStream from, int max) {
      this.from = from;
      this.max = max;
    }

    /// Takes what is there now.
    ///
    /// @return whether that was much
    boolean take() throws IOException {
      int taken = 0;
      // One that writes without end must not keep us from looking at the clock.
      for (int i = 0; i < 64 && from.available() > 0; i++) {
        int count = from.read(buffer, 0, Math.min(buffer.length, from.available()));
        taken += Math.max(0, count);
        kept.write(buffer, 0, Math.clamp(max - kept.size(), 0, Math.max(0, count)));
      }
      return taken >= buffer.length;
    }

    String text() {
      return kept.toString(StandardCharsets.UTF_8);
    }
  }
}
