package io.lockstep.collector.http;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Every path of the operators' server, once.
final class Routes {
  private static final Logger log = LoggerFactory.getLogger(Routes.class);

  private final OperatorServer.Shown shown;
  private final Guard guard;
  private final Access access;
  private final HttpCounts counts;
  private final Rest rest;
  private final ProcessMetrics process = new ProcessMetrics();
  private final StaticFiles files = new StaticFiles();
  private String lastFailure = "";

  Routes(
      OperatorServer.Config config,
      OperatorServer.Shown shown,
      Access access,
      Feeds feeds,
      HttpCounts counts) {
    this.shown = shown;
    this.guard = new Guard(config.listen().host(), config.hosts());
    this.access = access;
    this.counts = counts;
    this.rest = new Rest(feeds, access, counts, config.maxStreams());
  }

  Router router(Vertx vertx) {
    Router router = Router.router(vertx);
    router.route().handler(this::begin);
    open(router);
    session(router);
    router.route().handler(this::onlyAllowed);
    closed(router);
    router.route().handler(this::unknown);
    router.route().failureHandler(this::failed);
    List.of(400, 413, 414, 431)
        .forEach(status -> router.errorHandler(status, context -> badRequest(context, status)));
    return router;
  }

  /// What anybody may see: probes, which can't log in and come by any name, and the page's files,
  /// which hold no data.
  private void open(Router router) {
    get(router, "/healthz", this::health);
    get(router, "/readyz", this::ready);
    router.route().handler(this::onlyOurName);
    get(router, "/", context -> files.send("index.html", context.request()));
    get(router, "/static/:name", this::file);
    get(router, "/runbooks/:name", context -> files.send("runbook.html", context.request()));
    get(router, "/static/runbooks/:name", Runbooks::send);
  }

  private void session(Router router) {
    Map<HttpMethod, Handler<RoutingContext>> methods = new LinkedHashMap<>();
    methods.put(HttpMethod.GET, access::show);
    methods.put(HttpMethod.POST, access::login);
    methods.put(HttpMethod.DELETE, access::logout);
    router.route("/api/v1/session").handler(context -> dispatch(context, methods));
  }

  private void closed(Router router) {
    get(router, "/version", this::version);
    get(router, "/metrics", this::metrics);
    get(router, "/api/v1/clusters", rest::clusters);
    get(router, "/api/v1/cluster", rest::cluster);
    get(router, "/api/v1/cluster/hosts/:host", rest::host);
    get(router, "/api/v1/jobs", rest::jobs);
    get(router, "/api/v1/placements", rest::placements);
    get(router, "/api/v1/incidents", rest::incidents);
    get(router, "/api/v1/incidents/:id", rest::incident);
    get(router, "/api/v1/notify", this::sinks);
    get(router, "/api/v1/events", rest::events);
  }

  private static void get(Router router, String path, Handler<RoutingContext> handler) {
    Map<HttpMethod, Handler<RoutingContext>> methods = new LinkedHashMap<>();
    methods.put(HttpMethod.GET, handler);
    methods.put(HttpMethod.HEAD, handler);
    router.route(path).handler(context -> dispatch(context, methods));
  }

  private static void dispatch(
      RoutingContext context, Map<HttpMethod, Handler<RoutingContext>> methods) {
    Handler<RoutingContext> handler = methods.get(context.request().method());
    if (handler != null) {
      handler.handle(context);
      return;
    }
    String allowed =
        methods.keySet().stream().map(HttpMethod::name).collect(Collectors.joining(", "));
    context.response().putHeader("Allow", allowed);
    new Problem(405, context.request().path() + " can be asked with " + allowed)
        .send(context.response());
  }

  private void begin(RoutingContext context) {
    HttpServerResponse response = context.response();
    Guard.addHeaders(response);
    context.addEndHandler(_ -> counts.answered(response.getStatusCode()));
    context.next();
  }

  private void onlyOurName(RoutingContext context) {
    Problem problem = guard.problem(context.request());
    if (problem == null) {
      context.next();
    } else {
      problem.send(context.response());
    }
  }

  private void onlyAllowed(RoutingContext context) {
    Visitor visitor = access.visitor(context.request());
    if (visitor != null) {
      context.put(Rest.VISITOR, visitor);
      context.next();
    } else {
      Access.refuse(context, "a token is needed: as Bearer, or by logging in on the page");
    }
  }

  private void health(RoutingContext context) {
    text(context, 200, "alive\n");
  }

  private void ready(RoutingContext context) {
    List<String> troubles = shown.troubles().get();
    if (troubles.isEmpty()) {
      text(context, 200, "ready\n");
    } else {
      text(context, 503, String.join("\n", troubles) + "\n");
    }
  }

  private static void text(RoutingContext context, int status, String text) {
    context
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "text/plain; charset=utf-8")
        .putHeader("Cache-Control", "no-store")
        .end(text);
  }

  private void version(RoutingContext context) {
    Rest.json(
        context.response(),
        JsonText.object(json ->
            json.text("name", "lockstep")
                .text("version", shown.version())
                .text("java", Runtime.version().toString())));
  }

  private void sinks(RoutingContext context) {
    Rest.json(context.response(), ViewsJson.sinks(shown.sinks().get()));
  }

  private void metrics(RoutingContext context) {
    var text = new MetricText();
    process.writeTo(text);
    counts.writeTo(text);
    shown.metrics().forEach(source -> source.writeTo(text));
    context
        .response()
        .putHeader("Content-Type", MetricText.CONTENT_TYPE)
        .putHeader("Cache-Control", "no-store")
        .end(text.toString());
  }

  private void file(RoutingContext context) {
    if (!files.send(context.pathParam("name"), context.request())) {
      unknown(context);
    }
  }

  private void unknown(RoutingContext context) {
    Problem.notFound("nothing is at " + context.request().path()).send(context.response());
  }

  private static void badRequest(RoutingContext context, int status) {
    new Problem(status, "the request can't be understood").send(context.response());
  }

  /// A fault in one request stops no other.
  private void failed(RoutingContext context) {
    Throwable cause = context.failure();
    if (cause == null || cause instanceof HttpException) {
      badRequest(context, context.statusCode() > 0 ? context.statusCode() : 400);
      return;
    }
    String failure = context.request().path() + " " + cause;
    if (!failure.equals(lastFailure)) {
      log.error("request failed path={}", context.request().path(), cause);
    }
    lastFailure = failure;
    new Problem(500, "this request failed; see the collector's log").send(context.response());
  }
}
