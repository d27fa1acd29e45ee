package io.lockstep.agent.listen;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.lockstep.agent.batch.Encoder.Requests;
import io.lockstep.agent.sample.Quoted;
import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.Listen;
import io.lockstep.telemetry.config.Tokens;
import io.lockstep.telemetry.otlp.Signal;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The agent's own address: takes OTLP/HTTP from the training processes on this server into the
/// spool, and tells how the agent is.
public final class Listener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

  private static final Map<String, Signal> SIGNALS =
      Map.of(
          Signal.METRICS.path(), Signal.METRICS,
          Signal.LOGS.path(), Signal.LOGS,
          Signal.TRACES.path(), Signal.TRACES);

  static {
    // The JDK's server takes its limits from here, once, when it is first used.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    System.setProperty("sun.net.httpserver.maxReqTime", "30");
    System.setProperty("sun.net.httpserver.maxRspTime", "30");
    System.setProperty("jdk.httpserver.maxConnections", "512");
    // It looks for requests above these times so often, ms; each second is for a server that
    // serves.
    System.setProperty("sun.net.httpserver.timerMillis", "10000");
  }

  /// What the agent says of itself.
  ///
  /// @param problem why it is not well; empty when it is
  /// @param pages what is shown to whoever scrapes, by path
  public record Self(Supplier<String> problem, Map<String, Page> pages) {
    public Self {
      pages = Map.copyOf(pages);
    }
  }

  /// What stands at a path.
  @FunctionalInterface
  public interface Page {
    /// Its text as it is now.
    ///
    /// @param accept the header `Accept`; empty when absent
    Shown show(String accept);
  }

  /// A text and its content type.
  public record Shown(String type, String text) {}

  private final LongAdder refused;
  private final Set<Integer> said = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;
  private final OtlpHandler otlp;
  private final Self self;
  private final Names names;
  private final @Nullable Tokens tokens;
  private volatile String lastTrouble = "";

  /// Begins to listen.
  ///
  /// @param refused counts requests that are answered with an error
  /// @throws IOException when the address is taken or TLS's files can't be used
  /// @throws ConfigException when the token file can't be used
  public Listener(
      Listen listen, Requests requests, Self self, InstantSource clock, LongAdder refused)
      throws IOException, ConfigException {
    this.refused = refused;
    this.tokens = listen.tokenFile() == null ? null : Tokens.read(listen.tokenFile());
    this.self = self;
    this.names = new Names(listen);
    this.otlp = new OtlpHandler(new OtlpCheck(clock), new Bundles(requests, clock));
    this.server = bind(listen);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  private static HttpServer bind(Listen listen) throws IOException {
    var address = new InetSocketAddress(InetAddress.getByName(listen.host()), listen.port());
    try {
      if (listen.tlsCertFile() == null || listen.tlsKeyFile() == null) {
        return HttpServer.create(address, 0);
      }
      HttpsServer tls = HttpsServer.create(address, 0);
      tls.setHttpsConfigurator(
          new HttpsConfigurator(ServerTls.context(listen.tlsCertFile(), listen.tlsKeyFile())));
      return tls;
    } catch (BindException e) {
      throw new IOException(
          "listen.address "
              + listen.address()
              + " can't be had ("
              + e.getMessage()
              + "): is another agent running? Stop it, or choose another port",
          e);
    }
  }

  /// The port it listens on.
  public int port() {
    return server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      try {
        route(exchange);
      } catch (Problem problem) {
        refused.increment();
        say(problem, exchange);
        Answers.problem(exchange, problem);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        Answers.problem(exchange, new Problem(503, "The agent stops: send again in some seconds"));
      } catch (RuntimeException e) {
        fails(e);
        Answers.problem(exchange, new Problem(500, "The agent failed; its log says how"));
      }
    }
  }

  /// Each kind of refusal once, of training and of others: a job repeats its mistake with every
  /// step, who scrapes with every scrape.
  private void say(Problem problem, HttpExchange exchange) {
    String path = path(exchange.getRequestURI());
    boolean training = SIGNALS.containsKey(path);
    if (said.add(training ? problem.status() : -problem.status())) {
      LOG.warn(
          "{} is refused status={} request=\"{}\" reason=\"{}\"; more are only counted",
          training ? "a training process's request" : "a request",
          problem.status(),
          Quoted.of(exchange.getRequestMethod() + " " + path),
          Quoted.of(problem.text()));
    }
  }

  private void fails(RuntimeException e) {
    refused.increment();
    if (!lastTrouble.equals(e.toString())) {
      lastTrouble = e.toString();
      LOG.error("a request failed", e);
    }
  }

  private void route(HttpExchange exchange) throws IOException, Problem, InterruptedException {
    names.check(exchange.getRequestHeaders().getFirst("Host"));
    String path = path(exchange.getRequestURI());
    Signal signal = SIGNALS.get(path);
    Page page = self.pages().get(path);
    if (path.equals("/healthz")) {
      reads(exchange);
      health(exchange);
    } else if (page != null) {
      reads(exchange);
      authorize(exchange);
      String accept = exchange.getRequestHeaders().getFirst("Accept");
      Shown shown = page.show(accept == null ? "" : accept);
      Answers.page(exchange, shown.type(), shown.text());
    } else if (signal != null) {
      authorize(exchange);
      otlp.handle(exchange, signal);
    } else {
      throw new Problem(
          404,
          (path.startsWith("//")
                  ? "The path begins with two slashes; leave out the one at the address's end. "
                  : "")
              + "Here are /v1/traces, /v1/logs, /v1/metrics (OTLP/HTTP), /healthz, "
              + String.join(", ", new TreeSet<>(self.pages().keySet())));
    }
  }

  /// The path as it was written: where it begins with two slashes, as that of an endpoint that ends
  /// with one, a [URI] takes what follows for a host, and `//v1/metrics` would be `/metrics`. What
  /// has no path behind that (`//metrics`) the JDK's server answers itself, with 404 or 400.
  private static String path(URI sent) {
    String host = sent.getScheme() == null ? sent.getRawAuthority() : null;
    return host == null ? sent.getPath() : "//" + host + sent.getPath();
  }

  private static void reads(HttpExchange exchange) throws Problem {
    String method = exchange.getRequestMethod();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      throw new Problem(405, "Method must be GET or HEAD, is " + method);
    }
  }

  private void health(HttpExchange exchange) throws IOException {
    String problem = self.problem().get();
    boolean well = problem.isEmpty();
    Answers.text(
        exchange, well ? 200 : 503, "text/plain; charset=utf-8", (well ? "ok" : problem) + "\n");
  }

  private void authorize(HttpExchange exchange) throws Problem {
    if (tokens == null) {
      return;
    }
    String header = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
    tokens.refresh();
    if (!header.startsWith("Bearer ") || tokens.holder(header.substring(7).strip()) == null) {
      exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
      throw new Problem(401, "Authorization must be Bearer with a token of listen.token_file");
    }
  }

  /// Takes nothing more; what is under way may end.
  @Override
  public void close() {
    server.stop(1);
    threads.shutdown();
  }
}
