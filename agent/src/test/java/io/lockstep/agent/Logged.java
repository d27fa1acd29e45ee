package io.lockstep.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;

/// What is logged meanwhile, of the classes that `simplelogger.properties` lets speak in tests.
public final class Logged {
  private Logged() {}

  /// Something that is done.
  public interface Action {
    void run() throws Exception;
  }

  /// The lines that are logged while it is done.
  public static List<String> during(Action action) throws Exception {
    PrintStream before = System.err;
    var bytes = new ByteArrayOutputStream();
    System.setErr(new PrintStream(bytes, true, UTF_8));
    try {
      action.run();
    } finally {
      System.setErr(before);
    }
    return bytes.toString(UTF_8).lines().toList();
  }
}
