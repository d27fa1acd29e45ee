package io.lockstep.collector.http;

import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the operators' server has done so far. Belongs to its event loop.
final class HttpCounts implements MetricSource {
  private static final Logger log = LoggerFactory.getLogger(HttpCounts.class);

  private final Map<Integer, Long> answers = new TreeMap<>();
  private int streams;
  private long ticks;
  private long bytes;
  private long dropped;
  private long stuck;
  private long refused;
  private long viewFailures;
  private boolean viewFailing;

  void answered(int status) {
    answers.merge(status, 1L, Long::sum);
  }

  void streamOpened() {
    streams++;
  }

  void streamClosed() {
    streams--;
  }

  int streams() {
    return streams;
  }

  void streamRefused() {
    refused++;
  }

  void told(int length) {
    ticks++;
    bytes += length;
  }

  void dropped() {
    dropped++;
  }

  void stuck() {
    stuck++;
  }

  void viewMade() {
    if (viewFailing) {
      log.info("views work again");
    }
    viewFailing = false;
  }

  void viewFailed(Throwable cause) {
    viewFailures++;
    if (!viewFailing) {
      log.error("views can't be made; page and API stand still until they can", cause);
    }
    viewFailing = true;
  }

  @Override
  public void writeTo(MetricText text) {
    text.family("lockstep_http_answers_total", "counter", "Answers to operators by status.");
    answers.forEach((status, number) ->
        text.sample("lockstep_http_answers_total", number, "status", Integer.toString(status)));
    text.gauge("lockstep_http_streams", "Readers of the live stream.", streams)
        .counter("lockstep_http_ticks_told_total", "Ticks written to readers.", ticks)
        .counter("lockstep_http_ticks_told_bytes_total", "Bytes written to readers.", bytes)
        .counter("lockstep_http_ticks_dropped_total", "Ticks left out for slow readers.", dropped)
        .counter("lockstep_http_streams_stuck_total", "Readers that stopped reading.", stuck)
        .counter("lockstep_http_streams_refused_total", "Readers beyond the limit.", refused)
        .counter("lockstep_http_view_failures_total", "Times that views failed.", viewFailures);
  }
}
