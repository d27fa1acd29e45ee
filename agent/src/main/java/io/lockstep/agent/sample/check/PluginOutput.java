package io.lockstep.agent.sample.check;

import io.lockstep.telemetry.contract.Printable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a plugin wrote: its first line for people, and its performance data, which stand behind a
/// `|` in the first line and, where it writes more lines, behind another one to the end ([the
/// plugin
/// API](https://assets.nagios.com/downloads/nagioscore/docs/nagioscore/4/en/pluginapi.html)).
///
/// @param line printable text; empty when it wrote nothing
/// @param values those that can be read
record PluginOutput(String line, List<CheckValue> values) {
  private static final int LINE_MAX = 300;
  private static final int LABEL_MAX = 64;
  static final int VALUES_MAX = 32;

  PluginOutput {
    values = List.copyOf(values);
  }

  static PluginOutput of(String written) {
    String text = written.strip();
    int end = text.indexOf('\n');
    String first = end < 0 ? text : text.substring(0, end);
    String more = end < 0 ? "" : text.substring(end);
    return new PluginOutput(
        Printable.line(before(first), LINE_MAX), values(after(first) + ' ' + after(more)));
  }

  private static String before(String text) {
    int bar = text.indexOf('|');
    return bar < 0 ? text : text.substring(0, bar);
  }

  private static String after(String text) {
    int bar = text.indexOf('|');
    return bar < 0 ? "" : text.substring(bar + 1);
  }

  private static List<CheckValue> values(String data) {
    var values = new ArrayList<CheckValue>();
    Set<String> labels = new HashSet<>();
    var rest = new Rest(data);
    while (rest.more() && values.size() < VALUES_MAX) {
      String label = Printable.line(rest.label(), LABEL_MAX);
      CheckValue value = rest.takes('=') ? value(label, rest.word()) : null;
      if (value == null) {
        rest.word();
      } else if (!label.isEmpty() && labels.add(label)) {
        values.add(value);
      }
    }
    return values;
  }

  /// Of `12.5MB;80;90;0;100`, the value; null when there is none, as for `U`.
  private static @org.jspecify.annotations.Nullable CheckValue value(String label, String data) {
    int semicolon = data.indexOf(';');
    String quantity = semicolon < 0 ? data : data.substring(0, semicolon);
    int digits = 0;
    while (digits < quantity.length() && "+-.0123456789eE".indexOf(quantity.charAt(digits)) >= 0) {
      digits++;
    }
    if (digits < quantity.length() && quantity.charAt(digits) == ',') {
      return null; // `1,5` is another number than its beginning; only a point is a decimal sign
    }
    try {
      double number = Double.parseDouble(quantity.substring(0, digits));
      return Double.isFinite(number)
          ? CheckValue.of(label, number, quantity.substring(digits))
          : null;
    } catch (NumberFormatException _) {
      return null;
    }
  }

  /// Performance data with a place in them.
  private static final class Rest {
    private final String data;
    private int at;

    Rest(String data) {
      this.data = data;
    }

    boolean more() {
      while (at < data.length() && Character.isWhitespace(data.charAt(at))) {
        at++;
      }
      return at < data.length();
    }

    /// Up to an `=`; in quotation marks it may hold one, and two marks are one mark.
    String label() {
      boolean quoted = data.charAt(at) == '\'';
      var label = new StringBuilder();
      at += quoted ? 1 : 0;
      while (at < data.length()) {
        char sign = data.charAt(at);
        if (quoted && sign == '\'') {
          at++;
          if (at >= data.length() || data.charAt(at) != '\'') {
            break;
          }
        } else if (!quoted && (sign == '=' || Character.isWhitespace(sign))) {
          break;
        }
        label.append(sign);
        at++;
      }
      return label.toString();
    }

    boolean takes(char sign) {
      boolean there = at < data.length() && data.charAt(at) == sign;
      at += there ? 1 : 0;
      return there;
    }

    String word() {
      int begin = at;
      while (at < data.length() && !Character.isWhitespace(data.charAt(at))) {
        at++;
      }
      return data.substring(begin, at);
    }
  }
}
