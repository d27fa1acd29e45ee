package io.lockstep.simulator;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The library of [NvmlStandIn] as a file, compiled when it is first wanted and kept: whoever loads
/// a copy has a state of his own.
final class StandInLibrary {
  private static final String HEADER = "standin.h";
  private static final List<String> SOURCES =
      List.of("nvml.c", "details.c", "processes.c", "events.c", "others.c", "state.c");

  private static final AtomicReference<byte @Nullable []> COMPILED = new AtomicReference<>();

  private StandInLibrary() {}

  /// Writes it to a file.
  ///
  /// @throws IOException when there is no `gcc`, or it fails; the message says so
  static void writeTo(Path file) throws IOException, InterruptedException {
    byte[] library = COMPILED.get();
    if (library == null) {
      library = compiled();
      COMPILED.set(library);
    }
    Files.deleteIfExists(file); // a process that has it loaded keeps it
    Files.write(file, library);
  }

  private static byte[] compiled() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("lockstep-nvml");
    Path library = folder.resolve("library.so");
    try {
      copy(HEADER, folder);
      for (String source : SOURCES) {
        copy(source, folder);
      }
      compile(folder, library);
      return Files.readAllBytes(library);
    } finally {
      for (String source : SOURCES) {
        Files.deleteIfExists(folder.resolve(source));
      }
      Files.deleteIfExists(folder.resolve(HEADER));
      Files.deleteIfExists(library);
      Files.delete(folder);
    }
  }

  private static void copy(String source, Path folder) throws IOException {
    try (InputStream text = StandInLibrary.class.getResourceAsStream(source)) {
      Files.copy(Objects.requireNonNull(text, source), folder.resolve(source));
    }
  }

  private static void compile(Path folder, Path library) throws IOException, InterruptedException {
    var command =
        new ArrayList<>(
            List.of(
                "gcc",
                "-shared",
                "-fPIC",
                "-O1",
                "-Wl,-Bsymbolic", // calls within go to itself, whichever other is loaded as well
                "-o",
                library.toString()));
    command.addAll(SOURCES);
    command.addAll(List.of("-lpthread", "-ldl"));
    Process gcc =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String said = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!gcc.waitFor(1, TimeUnit.MINUTES) || gcc.exitValue() != 0) {
      throw new IOException("gcc: " + said);
    }
  }
}
