package io.lockstep.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/// What a process, with all that it started, has cost and costs now, as the kernel counts it.
///
/// @param processor time of processors
/// @param residentKib memory, KiB
/// @param proportionalKib the same, shared pages by their share
/// @param peakKib most resident memory ever
/// @param threads threads
/// @param handles open files and sockets
/// @param calls calls to read and write
/// @param written bytes that went to a disk, or will
/// @param switches times that a thread gave up its processor by itself
record ProcessCost(
    Duration processor,
    long residentKib,
    long proportionalKib,
    long peakKib,
    long threads,
    long handles,
    long calls,
    long written,
    long switches) {

  /// @throws IOException when it has ended, or can't be looked at
  static ProcessCost of(ProcessHandle process) throws IOException {
    try (Stream<ProcessHandle> children = process.descendants()) {
      ProcessCost sum = alone(process);
      for (ProcessHandle child : children.toList()) {
        sum = sum.plus(alone(child));
      }
      return sum;
    }
  }

  /// Its memory alone, shared pages by their share, KiB.
  ///
  /// @throws IOException when it has ended, or can't be looked at
  static long proportionalKib(ProcessHandle process) throws IOException {
    long kib = proportionalKib(process.pid());
    try (Stream<ProcessHandle> children = process.descendants()) {
      for (ProcessHandle child : children.toList()) {
        try {
          kib += proportionalKib(child.pid());
        } catch (IOException _) {
          // it has ended meanwhile, and has none
        }
      }
    }
    return kib;
  }

  private static long proportionalKib(long process) throws IOException {
    return number(Path.of("/proc", String.valueOf(process), "smaps_rollup"), "Pss:");
  }

  private static ProcessCost alone(ProcessHandle process) throws IOException {
    Path folder = Path.of("/proc", String.valueOf(process.pid()));
    Path status = folder.resolve("status");
    Duration processor = process.info().totalCpuDuration().orElseThrow(() -> ended(process));
    long switches = 0;
    try (Stream<Path> threads = Files.list(folder.resolve("task"))) {
      for (Path thread : threads.toList()) {
        switches += number(thread.resolve("status"), "voluntary_ctxt_switches:");
      }
    }
    try (Stream<Path> handles = Files.list(folder.resolve("fd"))) {
      return new ProcessCost(
          processor,
          number(status, "VmRSS:"),
          proportionalKib(process.pid()),
          number(status, "VmHWM:"),
          number(status, "Threads:"),
          handles.count(),
          number(folder.resolve("io"), "syscr:") + number(folder.resolve("io"), "syscw:"),
          number(folder.resolve("io"), "write_bytes:"),
          switches);
    }
  }

  private static IOException ended(ProcessHandle process) {
    return new IOException("process " + process.pid() + " has ended");
  }

  /// Zero where there is no such line.
  private static long number(Path file, String name) throws IOException {
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.substring(name.length()).replace("kB", "").strip());
      }
    }
    return 0;
  }

  private ProcessCost plus(ProcessCost other) {
    return new ProcessCost(
        processor.plus(other.processor),
        residentKib + other.residentKib,
        proportionalKib + other.proportionalKib,
        peakKib + other.peakKib,
        threads + other.threads,
        handles + other.handles,
        calls + other.calls,
        written + other.written,
        switches + other.switches);
  }
}
