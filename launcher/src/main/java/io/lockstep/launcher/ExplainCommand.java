package io.lockstep.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.kernel.KernelEvent;
import io.lockstep.telemetry.kernel.KernelLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `lockstep explain`: a kernel log in, one JSON object for each recognized event out.
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description = {
      "Reads a kernel log (of dmesg, the journal, syslog or /dev/kmsg) and explains the errors in it:"
          + " XIDs, SXids, lost GPUs, NVLink, PCIe, mlx5, machine checks, memory, hung tasks. Prints"
          + " one JSON object for each: event, code, device, link, meaning, class, action, source,"
          + " line.",
      "Example: dmesg | lockstep explain"
    },
    footer = {"", "Exit codes: 0 read to the end, 1 could not be read, 2 wrong usage."})
final class ExplainCommand implements Callable<Integer> {
  /// Of one line, characters: enough for any log writer, and never the whole of a file that has no
  /// lines.
  static final int LINE_MAX = 65_536;

  /// The driver's own word for an NVLink error that is about no single link.
  private static final String NO_LINK = " Link -1 ";

  /// How files begin, in hex, that are packed otherwise than by gzip, and the program that unpacks
  /// them.
  private static final Map<String, String> PACKED =
      Map.of("fd377a58", "xz", "28b52ffd", "zstd", "425a68", "bzip2", "04224d18", "lz4");

  private static final ObjectMapper JSON = new ObjectMapper();

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description =
          "The log, also one that gzip made smaller; standard input without it, or for -.")
  private @Nullable Path file;

  @Override
  public Integer call() {
    Path log = file == null || file.toString().equals("-") ? null : file;
    try (InputStream in = log == null ? System.in : Files.newInputStream(log)) {
      explain(in, System.out);
      return 0;
    } catch (IOException e) {
      String words = log == null ? FileProblem.words(e) : FileProblem.words(log, e);
      System.err.println("lockstep explain: " + words);
      return 1;
    }
  }

  /// Logs that were rotated are often smaller by gzip; what else makes them smaller has programs of
  /// its own.
  private static InputStream inflated(InputStream in) throws IOException {
    var peeked = new PushbackInputStream(in, 4);
    byte[] begin = peeked.readNBytes(4);
    peeked.unread(begin);
    String hex = HexFormat.of().formatHex(begin);
    for (Map.Entry<String, String> packed : PACKED.entrySet()) {
      if (hex.startsWith(packed.getKey())) {
        String program = packed.getValue();
        throw new IOException(
            "made smaller by " + program + "; try: " + program + " -dc FILE | lockstep explain");
      }
    }
    return hex.startsWith("1f8b") ? new GZIPInputStream(peeked) : peeked;
  }

  /// Bytes that are no UTF-8 become replacement characters: a log may hold anything.
  static void explain(InputStream in, PrintStream out) throws IOException {
    var log = new KernelLog();
    var reader = new BufferedReader(new InputStreamReader(inflated(in), StandardCharsets.UTF_8));
    String line = readLine(reader);
    while (line != null && !out.checkError()) {
      KernelEvent event = log.take(line).orElse(null);
      if (event != null) {
        out.println(json(event, line));
      }
      line = readLine(reader);
    }
    out.flush();
  }

  /// The next line, or its beginning where it is very long; null at the end.
  private static @Nullable String readLine(BufferedReader reader) throws IOException {
    int one = reader.read();
    if (one < 0) {
      return null;
    }
    var line = new StringBuilder();
    while (one >= 0 && one != '\n') {
      if (line.length() < LINE_MAX) {
        line.append((char) one);
      }
      one = reader.read();
    }
    int last = line.length() - 1;
    if (last >= 0 && line.charAt(last) == '\r') {
      line.setLength(last);
    }
    return line.toString();
  }

  /// @param line as it was read, so that it is found again in the log
  private static String json(KernelEvent event, String line) throws JsonProcessingException {
    ObjectNode object = JSON.createObjectNode();
    object.put("event", event.kind().label());
    if (event.code() >= 0) {
      object.put("code", event.code());
    } else {
      object.putNull("code");
    }
    object.put("device", event.device());
    if (event.link() >= 0 || line.contains(NO_LINK)) {
      object.put("link", event.link());
    }
    return JSON.writeValueAsString(
        object
            .put("meaning", event.meaning().words())
            .put("class", event.meaning().blame().label())
            .put("action", event.meaning().remedy().label())
            .put("source", event.meaning().source())
            .put("line", line));
  }
}
