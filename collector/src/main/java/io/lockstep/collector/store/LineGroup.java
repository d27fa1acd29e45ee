package io.lockstep.collector.store;

import io.lockstep.telemetry.contract.Table;
import java.time.Duration;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/// Batches that are committed together. Their lines are numbered through, from 0. For one thread.
final class LineGroup {
  private final List<Pending> members;

  /// Number of each member's first line, and of the line after the last.
  private final int[] firsts;

  private final BitSet refused = new BitSet();
  private final String[] reasons;
  private String dropped = "";

  LineGroup(List<Pending> members) {
    this.members = List.copyOf(members);
    this.firsts = new int[members.size() + 1];
    this.reasons = new String[members.size()];
    for (int i = 0; i < members.size(); i++) {
      firsts[i + 1] = firsts[i] + members.get(i).lines().count();
      reasons[i] = members.get(i).lines().reason();
    }
  }

  int count() {
    return firsts[members.size()];
  }

  /// The lines `from` to `to` (exclusive), but for those refused; empty when none is left.
  String text(int from, int to) {
    var text = new StringBuilder(sizeOf(from, to));
    int line = from;
    while (line < to) {
      int next = refused.nextSetBit(line);
      int until = next < 0 ? to : Math.min(next, to);
      append(text, line, until);
      line = until + 1;
    }
    return text.toString();
  }

  private int sizeOf(int from, int to) {
    long size = 0;
    for (int i = memberOf(from); i < members.size() && firsts[i] < to; i++) {
      size += members.get(i).lines().text().length();
    }
    return (int) Math.min(size, Integer.MAX_VALUE - 64);
  }

  private void append(StringBuilder text, int from, int to) {
    for (int i = memberOf(from); i < members.size() && firsts[i] < to; i++) {
      Lines lines = members.get(i).lines();
      int begin = lines.start(Math.max(from - firsts[i], 0));
      int end = lines.start(Math.min(to - firsts[i], lines.count()));
      text.append(lines.text(), begin, end);
    }
  }

  /// Marks a line as refused.
  ///
  /// @param nth which one of [#text], from 0
  /// @return its number in the group; −1 when the text has no such line
  int refuse(int from, int to, int nth, String reason) {
    int line = refused.nextClearBit(from);
    for (int i = 0; i < nth && line < to; i++) {
      line = refused.nextClearBit(line + 1);
    }
    if (line >= to) {
      return -1;
    }
    refused.set(line);
    int member = memberOf(line);
    if (reasons[member].isEmpty()) {
      reasons[member] = reason;
    }
    return line;
  }

  /// Notes that the store dropped lines without saying which.
  void dropped(String reason) {
    dropped = reason;
  }

  String line(int line) {
    int member = memberOf(line);
    return members.get(member).lines().line(line - firsts[member]);
  }

  /// The member that a line belongs to.
  private int memberOf(int line) {
    int member = 0;
    int last = members.size() - 1;
    while (member < last) {
      int middle = (member + last) >>> 1;
      if (firsts[middle + 1] <= line) {
        member = middle + 1;
      } else {
        last = middle;
      }
    }
    return member;
  }

  /// Whether nobody waits for an answer any more.
  boolean answered() {
    return members.stream().allMatch(pending -> pending.answer().isDone());
  }

  long bytes() {
    return members.stream().mapToLong(Pending::bytes).sum();
  }

  long values() {
    return members.stream().mapToLong(pending -> pending.lines().values()).sum();
  }

  int refused() {
    return refused.cardinality();
  }

  /// Answers everybody: the store has the lines.
  ///
  /// @param suspended tables whose rows are not to be acknowledged
  void stored(Set<Table> suspended) {
    for (int i = 0; i < members.size(); i++) {
      Pending member = members.get(i);
      if (Collections.disjoint(member.lines().tables(), suspended)) {
        long lost = member.lines().skipped() + refused.get(firsts[i], firsts[i + 1]).cardinality();
        String reason = reasons[i].isEmpty() ? dropped : reasons[i];
        member.answer().complete(new StoreResult.Stored(lost, reason));
      } else {
        later(member, Duration.ofSeconds(10), "the store has suspended a table: " + suspended);
      }
    }
  }

  /// Answers everybody: not now.
  void later(Duration retryAfter, String reason) {
    members.forEach(member -> later(member, retryAfter, reason));
  }

  private static void later(Pending member, Duration retryAfter, String reason) {
    member.answer().complete(new StoreResult.Later(retryAfter, reason));
  }
}
