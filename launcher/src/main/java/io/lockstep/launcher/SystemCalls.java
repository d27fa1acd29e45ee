package io.lockstep.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Counts what a process and its children ask of the kernel. The kernel itself counts only reads
/// and writes; for all calls it takes perf's tracepoint, which costs next to nothing, or else
/// strace, which slows down what it looks at and therefore comes after everything else is measured.
final class SystemCalls {
  private static final int SECONDS = 10;

  private SystemCalls() {}

  /// Calls a second, over ten seconds; empty when neither perf nor strace is there or may look.
  static OptionalDouble aSecond(ProcessHandle process, Path folder)
      throws IOException, InterruptedException {
    List<String> pids;
    try (Stream<ProcessHandle> children = process.descendants()) {
      pids =
          Stream.concat(Stream.of(process), children)
              .map(one -> String.valueOf(one.pid()))
              .toList();
    }
    OptionalDouble calls = perf(pids, folder);
    return calls.isPresent() ? calls : strace(pids, folder);
  }

  /// Its line is `1234,,raw_syscalls:sys_enter,…`, or begins with a reason in angle brackets.
  private static OptionalDouble perf(List<String> pids, Path folder)
      throws IOException, InterruptedException {
    Path said = folder.resolve("perf.txt");
    run(
        said,
        List.of(
            "perf",
            "stat",
            "-e",
            "raw_syscalls:sys_enter",
            "-x",
            ",",
            "-p",
            String.join(",", pids),
            "--",
            "sleep",
            String.valueOf(SECONDS)));
    try (Stream<String> lines = Files.lines(said)) {
      return lines
          .filter(line -> line.matches("[0-9]+,.*raw_syscalls.*"))
          .mapToDouble(line -> Double.parseDouble(line.substring(0, line.indexOf(','))) / SECONDS)
          .findFirst();
    }
  }

  /// Its last line is `100.00 0.012345 2 4321 12 total`.
  private static OptionalDouble strace(List<String> pids, Path folder)
      throws IOException, InterruptedException {
    Path said = folder.resolve("strace.txt");
    var command = new ArrayList<>(List.of("timeout", "-s", "INT", String.valueOf(SECONDS)));
    command.addAll(List.of("strace", "-c", "-f", "-qq"));
    pids.forEach(pid -> command.addAll(List.of("-p", pid)));
    run(said, command);
    try (Stream<String> lines = Files.lines(said)) {
      return lines
          .map(line -> line.strip().split("\\s+"))
          .filter(words -> words.length >= 5 && words[words.length - 1].equals("total"))
          .mapToDouble(words -> Double.parseDouble(words[3]) / SECONDS)
          .findFirst();
    }
  }

  private static void run(Path said, List<String> command)
      throws IOException, InterruptedException {
    Files.writeString(said, "");
    try {
      new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(said.toFile())
          .start()
          .waitFor();
    } catch (IOException _) {
      // not installed
    }
  }

  /// What is said where it is empty.
  static String why() {
    return Stream.of("perf", "strace")
        .collect(
            Collectors.joining(" nor ", "system calls are not counted: neither ", " can look"));
  }
}
