package io.lockstep.agent.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a JVM that crashed wrote down (`-XX:ErrorFile`): one file for each program, which the next
/// crash replaces.
///
/// @param file where it is
/// @param time when it was written
/// @param frame the code that crashed, as in `C [libnvidia-ml.so.1+0x1f3a]
///   nvmlDeviceGetPower+0x2a`; empty when it does not say
/// @param thread the thread that ran it; empty when it does not say
public record CrashReport(Path file, Instant time, String frame, String thread) {
  /// Of the agent itself, in the folder of its service.
  public static final String AGENT = "agent-crash.log";

  /// Of the process that reads GPUs, in the agent's folder.
  public static final String GPUS = "gpu-crash.log";

  private static final String TOLD = ".told";
  private static final int LINES_MAX = 200;
  private static final int TEXT_MAX = 160;

  /// Reads it.
  ///
  /// @return null when there is none, or it can't be read
  public static @Nullable CrashReport of(Path file) {
    String frame = "";
    String thread = "";
    try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      String line = in.readLine();
      for (int i = 0; line != null && i < LINES_MAX && thread.isEmpty(); i++) {
        if (line.startsWith("# Problematic frame:")) {
          frame = words(in.readLine());
        } else if (line.startsWith("Current thread")) {
          thread = quoted(line);
        }
        line = in.readLine();
      }
      Instant time = Files.getLastModifiedTime(file).toInstant();
      return new CrashReport(file, time, frame, thread);
    } catch (IOException _) {
      return null;
    }
  }

  private static String words(@Nullable String line) {
    String text = line == null ? "" : line.replace('#', ' ').strip().replaceAll("\\s+", " ");
    return text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX);
  }

  /// The thread's name stands between quotation marks.
  private static String quoted(String line) {
    int from = line.indexOf('"');
    int to = line.indexOf('"', from + 1);
    return from < 0 || to < 0 ? "" : line.substring(from + 1, Math.min(to, from + TEXT_MAX));
  }

  /// In one line, for people.
  public String words() {
    return "it crashed" + (frame.isEmpty() ? "" : " in " + frame) + "; see " + file;
  }

  /// Puts it aside, in the place of the one that was put there before, so that it is told once.
  ///
  /// @return where it is now
  public CrashReport putAside() {
    Path aside = file.resolveSibling(file.getFileName() + TOLD);
    try {
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      return new CrashReport(aside, time, frame, thread);
    } catch (IOException _) {
      return this; // then it is told again
    }
  }

  /// Where the agent's own is written.
  ///
  /// @param folder the spool's
  /// @param service the service's folder, as systemd names it; null where no service is
  public static Path ofAgent(Path folder, @Nullable String service) {
    return service == null ? folder.resolveSibling(AGENT) : Path.of(service, AGENT);
  }

  /// Where an agent's can be, those that were put aside included.
  public static List<Path> places(Path folder, @Nullable String service) {
    Path own = ofAgent(folder, service);
    return List.of(own, own.resolveSibling(AGENT + TOLD), folder.resolve(GPUS));
  }
}
