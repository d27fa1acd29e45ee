package io.lockstep.agent.sample;

import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Some of the numbers in a file that has a line of names above each line of numbers, both with the
/// same begin, as `/proc/net/snmp` and `/proc/net/netstat` are. One thread.
final class Headed {
  private static final int FIELDS_MAX = 256;

  private final String begin;
  private final Map<String, Series> wanted = new HashMap<>();

  /// By their place in the line; null for what is not wanted; empty before the names were read.
  private @Nullable Series[] places = {};

  /// @param begin of both lines: `Tcp: `
  /// @param pairs name, column of the table `host_slow`, name, column …
  Headed(String begin, String... pairs) {
    this.begin = begin;
    for (int i = 0; i < pairs.length; i += 2) {
      wanted.put(pairs[i], Series.of(Contract.column(Table.HOST_SLOW, pairs[i + 1]), ""));
    }
  }

  /// Takes the text of a file, which stands at its first line.
  ///
  /// @return true
  static boolean read(Notes notes, Text text, Headed... kinds) throws IOException {
    do {
      for (Headed kind : kinds) {
        if (text.skip(kind.begin)) {
          kind.names(text);
          if (!text.line() || !text.skip(kind.begin)) {
            throw new IOException("no numbers below the names of " + kind.begin.strip());
          }
          kind.numbers(notes, text);
        }
      }
    } while (text.line());
    return true;
  }

  /// The names of a kernel do not change, so they are looked at once.
  private void names(Text text) {
    if (places.length > 0) {
      return;
    }
    @Nullable Series[] found = new Series[FIELDS_MAX];
    for (int i = 0; i < FIELDS_MAX && text.more(); i++) {
      found[i] = wanted.get(text.word());
    }
    places = found;
  }

  /// `MaxConn` may be −1.
  private void numbers(Notes notes, Text text) throws IOException {
    for (int i = 0; i < places.length && text.more(); i++) {
      long value = text.signed();
      Series series = places[i];
      if (series != null && value >= 0) {
        notes.add(series.at(value));
      }
    }
  }
}
