package io.lockstep.collector.http;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The REST interface below `/api/v1`. Every route takes `?cluster=NAME`; without it the configured
/// cluster is meant.
final class Rest {
  /// Under which a request carries its [Visitor].
  static final String VISITOR = "visitor";

  private final Feeds feeds;
  private final Access access;
  private final HttpCounts counts;
  private final int mostStreams;

  Rest(Feeds feeds, Access access, HttpCounts counts, int mostStreams) {
    this.feeds = feeds;
    this.access = access;
    this.counts = counts;
    this.mostStreams = mostStreams;
  }

  void cluster(RoutingContext context) {
    answer(context, ViewsJson::cluster);
  }

  void clusters(RoutingContext context) {
    json(
        context.response(),
        JsonText.object(json -> json.strings("clusters", feeds.clusters(visitor(context)))));
  }

  void host(RoutingContext context) {
    String name = context.pathParam("host");
    answer(
        context,
        snapshot ->
            snapshot.cells().hosts().stream()
                .filter(host -> host.host().equals(name))
                .findFirst()
                .map(ViewsJson::oneHost)
                .orElse(null),
        "no server of that name has reported: " + name);
  }

  void jobs(RoutingContext context) {
    answer(context, snapshot -> ViewsJson.jobs(snapshot.jobs()));
  }

  /// Which jobs use which GPUs; `?job=` and `?host=` choose some.
  void placements(RoutingContext context) {
    String job = context.queryParams().get("job");
    String host = context.queryParams().get("host");
    answer(
        context,
        snapshot ->
            ViewsJson.placements(
                snapshot.placements().stream()
                    .filter(one -> job == null || one.use().job().equals(job))
                    .filter(one -> host == null || one.host().equals(host))
                    .toList()));
  }

  void incidents(RoutingContext context) {
    String state = context.queryParams().get("state");
    Predicate<IncidentView> wanted =
        switch (state == null ? "all" : state) {
          case "open" -> IncidentView::open;
          case "resolved" -> incident -> !incident.open();
          case "all" -> _ -> true;
          default -> null;
        };
    if (wanted == null) {
      Problem.bad("state must be open, resolved or all, is " + state).send(context.response());
      return;
    }
    answer(
        context,
        snapshot -> ViewsJson.incidents(snapshot.incidents().stream().filter(wanted).toList()));
  }

  void incident(RoutingContext context) {
    String id = context.pathParam("id");
    answer(
        context,
        snapshot ->
            snapshot.incidents().stream()
                .filter(incident -> incident.id().equals(id))
                .findFirst()
                .map(ViewsJson::oneIncident)
                .orElse(null),
        "no incident has this id: " + id);
  }

  /// The live stream. `?metric=` is what the reader colours GPUs by.
  void events(RoutingContext context) {
    HttpServerResponse response = context.response();
    Feed feed = feed(context);
    if (feed == null) {
      return;
    }
    String label = context.queryParams().get("metric");
    GpuMetric metric = label == null ? null : GpuMetric.labelled(label);
    if (label != null && metric == null) {
      Problem.bad("metric must be temperature, utilization, clock or power, is " + label)
          .send(response);
    } else if (counts.streams() >= mostStreams) {
      counts.streamRefused();
      response.putHeader("Retry-After", "10");
      new Problem(503, "there are " + mostStreams + " readers already (http.max_streams)")
          .send(response);
    } else {
      Visitor visitor = visitor(context);
      BooleanSupplier allowed = () -> visitor.equals(access.visitor(context.request()));
      var stream = new LiveStream(response, metric, allowed, counts);
      counts.streamOpened();
      response.endHandler(_ -> closed(feed, stream));
      response.closeHandler(_ -> closed(feed, stream));
      response.exceptionHandler(_ -> {});
      stream.begin();
      feed.add(stream);
    }
  }

  private void closed(Feed feed, LiveStream stream) {
    if (feed.remove(stream)) {
      counts.streamClosed();
    }
  }

  private void answer(RoutingContext context, Function<Snapshot, @Nullable Buffer> text) {
    answer(context, text, "");
  }

  /// Answers with what a snapshot says, or that it says nothing.
  private void answer(
      RoutingContext context, Function<Snapshot, @Nullable Buffer> text, String nothing) {
    Feed feed = feed(context);
    if (feed == null) {
      return;
    }
    Future<Snapshot> snapshot = feed.snapshot();
    snapshot.onSuccess(known -> {
      Buffer found = text.apply(known);
      if (found == null) {
        Problem.notFound(nothing).send(context.response());
      } else {
        json(context.response(), found);
      }
    });
    snapshot.onFailure(_ ->
        new Problem(500, "the views can't be made; see the collector's log")
            .send(context.response()));
  }

  private @Nullable Feed feed(RoutingContext context) {
    String name = context.queryParams().get("cluster");
    Feed feed = feeds.of(name, visitor(context));
    if (feed == null) {
      String which = name == null ? "" : ": " + name;
      Problem.notFound("no such cluster is known to you" + which).send(context.response());
    }
    return feed;
  }

  private static Visitor visitor(RoutingContext context) {
    return Objects.requireNonNull(context.get(VISITOR));
  }

  static void json(HttpServerResponse response, Buffer text) {
    response
        .putHeader("Content-Type", "application/json")
        .putHeader("Cache-Control", "no-store")
        .end(text);
  }
}
