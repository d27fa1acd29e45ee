package io.lockstep.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What `lockstep bench chaos` found.
///
/// @param faults how often each was injected
/// @param skipped faults that could not be, each with the reason
/// @param batches that were acknowledged
/// @param points values in them, looked for in the store
/// @param rows the values' rows
/// @param lost points that were acknowledged and are not there
/// @param doubled points that are there more than once
/// @param refused points that were refused, though nothing is wrong with them
/// @param givenUp batches of an agent whose disk was full when it was killed
/// @param waiting batches that never arrived, by host
/// @param alerts what the on-call tool was told
/// @param repeatsAllowed messages that may have come again
/// @param troubles whatever else went wrong, a line each
/// @param footprint what the processes took before and after, a line each
/// @param examples of what was lost or doubled
/// @param seconds how long it all took
record ChaosReport(
    long seed,
    Map<String, Integer> faults,
    Map<String, String> skipped,
    long batches,
    long points,
    long rows,
    long lost,
    long doubled,
    long refused,
    int givenUp,
    Map<String, Integer> waiting,
    ChaosAlerts.Result alerts,
    int repeatsAllowed,
    List<String> troubles,
    List<String> footprint,
    List<String> examples,
    long seconds) {

  /// Whether nothing was lost, doubled, left or broken.
  boolean whole() {
    return points > 0
        && lost == 0
        && doubled == 0
        && refused == 0
        && waiting.isEmpty()
        && alerts.missing().isEmpty()
        && alerts.doubled() == 0
        && alerts.mended() == 0
        && alerts.forged() == 0
        && alerts.repeated() <= repeatsAllowed
        && troubles.isEmpty();
  }

  /// For people.
  List<String> lines() {
    var lines = new ArrayList<String>();
    lines.add("faults injected, seed %d, in %d s:".formatted(seed, seconds));
    faults.forEach((fault, times) -> lines.add("  %-18s %d".formatted(fault, times)));
    skipped.forEach((fault, why) -> lines.add("  %-18s not: %s".formatted(fault, why)));
    lines.add(
        "points: %,d in %,d rows of %,d batches acknowledged and looked for; lost %d, doubled %d, refused %d"
            .formatted(points, rows, batches, lost, doubled, refused));
    lines.add(
        "not acknowledged at the end: %s; given up, as a spool's disk was full when its agent was killed: %d"
            .formatted(waiting.isEmpty() ? "none" : waiting, givenUp));
    lines.add(
        "alerts: %d expected, %d told, %d as two, %d as over; messages repeated with the same id %d, at most %d allowed; without a good signature %d"
            .formatted(
                alerts.expected(),
                alerts.told(),
                alerts.doubled(),
                alerts.mended(),
                alerts.repeated(),
                repeatsAllowed,
                alerts.forged()));
    if (!alerts.others().isEmpty()) {
      lines.add("incidents that the faults themselves opened: " + alerts.others());
    }
    lines.add("what the processes take, before and after:");
    lines.addAll(footprint);
    examples.forEach(one -> lines.add("  " + one));
    alerts.missing().forEach(one -> lines.add("  never told: " + one));
    troubles.forEach(one -> lines.add("trouble: " + one));
    lines.add(whole() ? "nothing was lost and nothing doubled" : "NOT WHOLE");
    return lines;
  }
}
