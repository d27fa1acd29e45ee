package io.lockstep.collector.state;

import io.lockstep.collector.alert.AlertBook;
import java.nio.file.Path;
import java.util.List;

/// A process that writes two incidents a round until it is killed, and says each round that is
/// saved.
final class EndlessWriter {
  private EndlessWriter() {}

  public static void main(String[] args) throws Exception {
    var book = new AlertBook(AlertBook.Config.DEFAULT, List.of());
    try (State state = State.open(Path.of(args[0]))) {
      for (long round = 1; ; round++) {
        state.save(Faults.all(book, round, Faults.port(2 * round), Faults.port(2 * round + 1)));
        System.out.println(round);
      }
    }
  }
}
