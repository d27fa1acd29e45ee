package io.lockstep.collector;

import io.lockstep.collector.notify.Notifier;
import io.lockstep.collector.notify.Outcome;
import io.lockstep.collector.notify.Receiver;
import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.Configs;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `lockstep notify`: try out the way to people's tools.
@Command(
    name = "notify",
    mixinStandardHelpOptions = true,
    description = "Tries out the webhooks that tell of incidents; see docs/notify.md.",
    subcommands = {NotifyCommand.Test.class, NotifyCommand.Receive.class})
public final class NotifyCommand {
  private NotifyCommand() {}

  private static Vertx vertx() {
    return Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  }

  /// `lockstep notify test`.
  @Command(
      name = "test",
      mixinStandardHelpOptions = true,
      description = "Sends one test message to each sink now, and says what came back.",
      footer = {
        "",
        "Exit codes: 0 every message arrived, 1 one did not, 2 wrong usage or configuration."
      })
  static final class Test implements Callable<Integer> {
    @Option(names = "--config", paramLabel = "FILE", description = "The collector's configuration.")
    private @Nullable Path config;

    @Option(names = "--sink", paramLabel = "NAME", description = "Only this sink.")
    private @Nullable String sink;

    @Override
    public Integer call() throws InterruptedException {
      Vertx vertx = vertx();
      try {
        CollectorConfig effective =
            Configs.read(config, System.getenv(), CollectorConfig.DEFAULT, CollectorConfig.class);
        Notifier notifier = Notifier.open(vertx, effective.notifier(), InstantSource.system());
        return tell(notifier.test(effective.cluster(), sink), effective.notifier());
      } catch (ConfigException e) {
        System.err.println("lockstep notify test: " + e.getMessage());
        return 2;
      } finally {
        vertx.close();
      }
    }

    private int tell(List<Notifier.Tried> tried, Notifier.Config configured) {
      if (tried.isEmpty()) {
        List<String> names = configured.sinks().stream().map(one -> one.name()).toList();
        System.err.println(
            "lockstep notify test: "
                + (names.isEmpty()
                    ? "no sinks are configured: set notify.sinks, as docs/notify.md shows"
                    : "no sink is named " + sink + "; there are: " + String.join(", ", names)));
        return 2;
      }
      boolean good = true;
      for (Notifier.Tried one : tried) {
        System.out.printf(
            "%s: %s, after %d ms, from %s%n",
            one.sink(), words(one.outcome()), one.took().toMillis(), one.address());
        good &= one.outcome() instanceof Outcome.Delivered;
      }
      return good ? 0 : 1;
    }

    private static String words(Outcome outcome) {
      return switch (outcome) {
        case Outcome.Delivered(String answer) -> "delivered (" + answer + ")";
        case Outcome.TryLater(String answer, _) ->
            "NOT delivered, would be tried again (" + answer + ")";
        case Outcome.Refused(String answer) -> "REFUSED, would not be tried again (" + answer + ")";
        case Outcome.Gone(String answer) -> "GONE, the sink would be off (" + answer + ")";
      };
    }
  }

  /// `lockstep notify receive`.
  @Command(
      name = "receive",
      mixinStandardHelpOptions = true,
      description = "A small receiver: checks signatures and prints what arrives, until Ctrl-C.",
      footer = {"", "Exit codes: 0 stopped as asked, 1 could not run, 2 wrong usage."})
  static final class Receive implements Callable<Integer> {
    @Option(
        names = "--port",
        paramLabel = "PORT",
        defaultValue = "8480",
        description = "Where to listen (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
        names = "--host",
        paramLabel = "ADDRESS",
        defaultValue = "127.0.0.1",
        description = "The address to listen on (default: ${DEFAULT-VALUE}).")
    private String host = "127.0.0.1";

    @Option(
        names = "--secret-file",
        paramLabel = "FILE",
        description = "The sink's secret_file; without it signatures are not checked.")
    private @Nullable Path secretFile;

    @Option(names = "--json", description = "One JSON object per message.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
      var stop = new CountDownLatch(1);
      Runtime.getRuntime().addShutdownHook(new Thread(stop::countDown, "stop"));
      Vertx vertx = vertx();
      try (Receiver receiver =
          Receiver.start(
              vertx,
              host,
              port,
              secretFile,
              arrival -> System.out.println(json ? arrival.json() : arrival.line()))) {
        System.err.printf(
            "listens on http://%s:%d/, signatures %s%n",
            host, receiver.port(), secretFile == null ? "are not checked" : "are checked");
        stop.await();
        return 0;
      } catch (IOException e) {
        System.err.println("lockstep notify receive: " + e.getMessage());
        return 1;
      } finally {
        vertx.close();
      }
    }
  }
}
