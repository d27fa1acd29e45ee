package io.lockstep.collector.window;

import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rules.LinkHistory;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a window gets back from the store after a restart: the last minutes, the last day, ports'
/// ups and downs, jobs' iterations. Put together by one thread beside the window's, then handed
/// over as a whole, so that readers see all of it or nothing.
public final class Recalled {
  /// The last minutes of a table.
  ///
  /// @param spans of ten minutes that its slots before the start make
  record Minutes(TableRecall recall, List<OpenSpan> spans) {}

  private final List<Minutes> minutes = new ArrayList<>();
  private final Map<Table, List<ClosedSpan>> spans = new EnumMap<>(Table.class);
  private final Map<Integer, LinkHistory> links = new LinkedHashMap<>();
  private final List<JobWindow> jobs = new ArrayList<>();

  /// Adds the last minutes of a table.
  ///
  /// @param since the window's first slot after the start
  public void add(TableRecall recall, long since) {
    minutes.add(new Minutes(recall, recall.spans(since)));
  }

  /// Adds a span of a table as it was closed before the start.
  public void add(Table table, ClosedSpan span) {
    spans.computeIfAbsent(table, _ -> new ArrayList<>()).add(span);
  }

  /// Adds when a port went down and up, by its index.
  public void add(int port, LinkHistory history) {
    links.put(port, history);
  }

  /// Adds a job's iterations.
  public void add(JobWindow job) {
    jobs.add(job);
  }

  List<Minutes> minutes() {
    return minutes;
  }

  Map<Table, List<ClosedSpan>> spans() {
    return spans;
  }

  Map<Integer, LinkHistory> links() {
    return links;
  }

  List<JobWindow> jobs() {
    return jobs;
  }
}
