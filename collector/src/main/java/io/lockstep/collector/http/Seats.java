package io.lockstep.collector.http;

import io.lockstep.collector.window.JobWindow;
import io.lockstep.collector.window.Rank;
import io.lockstep.collector.window.Window;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which rank of which job runs where, by what the ranks said of themselves. Of two jobs on one GPU
/// the one heard last counts.
final class Seats {
  /// A job that was not heard for so long does not sit anywhere any more.
  static final double FORGOTTEN_SECONDS = 600;

  private final Map<String, Map<String, Seat>> byHost = new HashMap<>();

  /// One rank in its place.
  ///
  /// @param subject the GPU's UUID; `gpu/3` where only its index is known, `rank/59` where nothing
  ///   is
  /// @param live whether its job goes on
  record Seat(String subject, String job, Rank rank, boolean live) {}

  Seats(Window window, double nowSeconds) {
    window.jobs().stream()
        .filter(job -> nowSeconds - job.lastArrivalNanos() / 1e9 < FORGOTTEN_SECONDS)
        .sorted(Comparator.comparingLong(JobWindow::lastArrivalNanos))
        .forEach(job -> add(window, job, JobViews.goesOn(job, nowSeconds)));
  }

  private void add(Window window, JobWindow job, boolean live) {
    for (Rank rank : job.ranks()) {
      if (rank != null) {
        String subject = subject(window, rank);
        byHost
            .computeIfAbsent(rank.host(), _ -> new HashMap<>())
            .put(subject, new Seat(subject, job.job(), rank, live));
      }
    }
  }

  /// What the detectors call it, too.
  private static String subject(Window window, Rank rank) {
    if (rank.gpu().isEmpty()) {
      return "rank/" + rank.rank();
    }
    if (!rank.gpu().matches("[0-9]{1,3}")) {
      return rank.gpu();
    }
    String uuid = window.gpu(rank.host(), rank.gpu());
    return uuid == null ? "gpu/" + rank.gpu() : uuid;
  }

  /// The rank at a subject; null when there is none.
  @Nullable Seat at(String host, String subject) {
    return byHost.getOrDefault(host, Map.of()).get(subject);
  }

  /// All ranks of a server, by their numbers.
  List<Seat> of(String host) {
    var seats = new ArrayList<Seat>(byHost.getOrDefault(host, Map.of()).values());
    seats.sort(Comparator.comparingInt(seat -> seat.rank().rank()));
    return seats;
  }
}
