package io.lockstep.telemetry.kernel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The text of XIDs 144 to 150, decoded: which unit of which NVLink, how bad, and what helps.
///
/// @param unit as in `RLW_RXPIPE`
/// @param fatal by the driver's own word
/// @param link number of the NVLink; −1 when it concerns no single one
/// @param remedy by the catalogue; for a status that it does not have, by the driver's word
record NvlinkError(String unit, boolean fatal, int link, Remedy remedy) {
  private static final int PORT = 149;
  private static final Pattern TEXT =
      Pattern.compile(
          "([A-Z][A-Z0-9_]+)\\s+(Fatal|Nonfatal|Non-fatal)\\s+XC\\d+\\s+i\\d+\\s+Link\\s+(-?\\d{1,3})"
              + "\\s+\\(0x([0-9a-fA-F]{1,8})\\s+0x([0-9a-fA-F]{1,8})\\b");

  /// A condition of the decode table.
  private record Row(
      int code, String unit, String before575, String since575, String status, Remedy remedy) {
    boolean matches(int xid, String name, long info) {
      return code == xid && named(name) && (fits(before575, info) || fits(since575, info));
    }

    /// Some units have another name since driver 575; then the table has `before/since`.
    private boolean named(String name) {
      return List.of(unit.split("/")).contains(name);
    }

    boolean is(long errors) {
      return status.equals("-") || Long.decode(status) == errors;
    }

    /// Of several errors at once. The network port's status is a number, not a set of bits.
    boolean isAmong(long errors) {
      long mine = status.equals("-") ? 0 : Long.decode(status);
      return code != PORT && mine != 0 && (errors & mine) == mine;
    }

    /// @param pattern 32 bits, the highest first; `-` is any
    private static boolean fits(String pattern, long info) {
      for (int i = 0; i < pattern.length(); i++) {
        long bit = info >>> (pattern.length() - 1 - i) & 1;
        if (pattern.charAt(i) != '-' && pattern.charAt(i) - '0' != bit) {
          return false;
        }
      }
      return !pattern.isEmpty();
    }
  }

  private static final List<Row> TABLE = new ArrayList<>();

  static {
    for (String[] field : Catalogue.lines("nvlink.tsv")) {
      TABLE.add(
          new Row(
              Integer.parseInt(field[0]),
              field[1],
              field[2],
              field[3],
              field[4],
              Remedy.of(field[5])));
    }
  }

  /// Null when it is none of these XIDs, or its text is not of this form.
  static @Nullable NvlinkError of(int xid, String text) {
    Matcher found = xid >= 144 && xid <= 150 ? TEXT.matcher(text) : null;
    if (found == null || !found.find()) {
      return null;
    }
    String unit = found.group(1);
    boolean fatal = found.group(2).equals("Fatal");
    long info = Long.parseUnsignedLong(found.group(4), 16);
    long status = Long.parseUnsignedLong(found.group(5), 16);
    return new NvlinkError(
        unit, fatal, Integer.parseInt(found.group(3)), remedy(xid, unit, fatal, info, status));
  }

  private static Remedy remedy(int xid, String unit, boolean fatal, long info, long status) {
    List<Row> rows = TABLE.stream().filter(row -> row.matches(xid, unit, info)).toList();
    return gravest(rows, row -> row.is(status))
        .or(() -> gravest(rows, row -> row.isAmong(status)))
        .orElse(fatal ? Remedy.RESET_GPU : Remedy.NONE);
  }

  private static Optional<Remedy> gravest(List<Row> rows, Predicate<Row> which) {
    return rows.stream().filter(which).map(Row::remedy).max(Comparator.naturalOrder());
  }

  /// In words: `RLW_RXPIPE, not fatal, link 3.`
  String words() {
    return unit + (fatal ? ", fatal" : ", not fatal") + (link < 0 ? "." : ", link " + link + ".");
  }
}
