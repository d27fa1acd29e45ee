package io.lockstep.collector.http;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One second of the live stream: what all its readers are told, as text that is made once however
/// many there are. Used on one event loop.
final class Tick {
  private final State now;
  private final @Nullable State before;
  private final Map<String, Buffer> made = new HashMap<>();

  /// A snapshot with what is derived from it once.
  private record State(Snapshot snapshot, Cells cells, long layout) {
    State(Snapshot snapshot) {
      this(snapshot, new Cells(snapshot.cells()), Layout.fingerprint(snapshot.cells()));
    }
  }

  /// @param before the tick that readers were told before; null for the first
  Tick(Snapshot now, @Nullable Tick before) {
    this.now = new State(now);
    this.before = before == null ? null : before.now;
  }

  Snapshot snapshot() {
    return now.snapshot();
  }

  /// What a reader needs who knows nothing: layout, all states and values, jobs, incidents.
  Buffer full(@Nullable GpuMetric metric) {
    return made.computeIfAbsent(
        "full " + metric,
        _ ->
            Buffer.buffer()
                .appendBuffer(event("layout", this::layout))
                .appendBuffer(event("cells", json -> cells(json, null, metric)))
                .appendBuffer(event("jobs", json -> jobs(json, null)))
                .appendBuffer(
                    event("incidents", json -> incidents(json, IncidentNews.all(snapshot())))));
  }

  /// What a reader needs who was told the tick before; all, when the layout has changed.
  Buffer changes(@Nullable GpuMetric metric) {
    State last = before;
    if (last == null || last.layout != now.layout) {
      return full(metric);
    }
    return made.computeIfAbsent(
        "changes " + metric,
        _ -> {
          Buffer text = event("cells", json -> cells(json, last, metric));
          if (!snapshot().jobs().equals(last.snapshot.jobs())) {
            text.appendBuffer(event("jobs", json -> jobs(json, last.snapshot)));
          }
          IncidentNews news = IncidentNews.between(last.snapshot, snapshot());
          if (!news.none()) {
            text.appendBuffer(event("incidents", json -> incidents(json, news)));
          }
          return text;
        });
  }

  private static Buffer event(String name, JsonText.Writer fields) {
    return Buffer.buffer("event: " + name + "\ndata: ")
        .appendBuffer(JsonText.object(fields))
        .appendString("\n\n");
  }

  private void layout(JsonText json) throws IOException {
    json.text("cluster", snapshot().cells().cluster());
    Layout.write(json, snapshot().cells());
  }

  private void cells(JsonText json, @Nullable State last, @Nullable GpuMetric metric)
      throws IOException {
    Headline headline = Headline.of(snapshot());
    json.time("time", snapshot().cells().time())
        .text("headline", headline.text())
        .text("mood", headline.mood().label())
        .text("memory", snapshot().memory().words());
    Changes.write(json, "hosts", last == null ? null : last.cells.hosts, now.cells.hosts);
    Changes.write(json, "gpus", last == null ? null : last.cells.gpus, now.cells.gpus);
    Changes.write(json, "ports", last == null ? null : last.cells.ports, now.cells.ports);
    if (metric != null) {
      int[] known = last == null ? null : last.cells.values(metric);
      json.text("metric", metric.label());
      Changes.write(json, "values", known, now.cells.values(metric));
    }
  }

  /// All jobs, each with the steps that the reader does not know; `from` tells where they begin.
  private void jobs(JsonText json, @Nullable Snapshot last) throws IOException {
    json.list(
        "jobs",
        snapshot().jobs(),
        (out, job) -> {
          long known = last == null ? Long.MIN_VALUE : newestStep(last.jobs(), job);
          ViewsJson.job(out, job);
          out.flag("more", known != Long.MIN_VALUE)
              .list(
                  "steps",
                  job.steps().stream().filter(step -> step.iteration() > known).toList(),
                  ViewsJson::step);
        });
  }

  private static long newestStep(List<JobView> jobs, JobView like) {
    return jobs.stream()
        .filter(job -> job.job().equals(like.job()) && job.attempt().equals(like.attempt()))
        .flatMap(job -> job.steps().stream())
        .mapToLong(JobView.Step::iteration)
        .max()
        .orElse(Long.MIN_VALUE);
  }

  private static void incidents(JsonText json, IncidentNews news) throws IOException {
    json.flag("more", news.more())
        .number("open", news.open())
        .list("incidents", news.told(), ViewsJson::incident);
  }
}
