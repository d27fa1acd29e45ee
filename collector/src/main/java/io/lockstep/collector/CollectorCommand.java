package io.lockstep.collector;

import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.Configs;
import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.systemd.ServiceNotice;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `lockstep collector`: receives, stores, detects and serves until it is stopped.
@Command(
    name = "collector",
    mixinStandardHelpOptions = true,
    description = "Receives telemetry, stores it, finds faults and shows them.",
    footer = {
      "",
      "Every key can be set by the environment too: LOCKSTEP_STORE_KIND sets store.kind.",
      "Exit codes: 0 stopped as asked, 1 could not run, 2 wrong usage or configuration."
    })
public final class CollectorCommand implements Callable<Integer> {
  @Option(names = "--config", paramLabel = "FILE", description = "YAML; see docs/configuration.md.")
  private @Nullable Path config;

  @Option(
      names = "--check-config",
      description = "Say whether the configuration is right, else each mistake in it, and exit.")
  private boolean check;

  @Option(names = "--print-config", description = "Print the effective configuration and exit.")
  private boolean print;

  @Option(
      names = "--exit-with-stdin",
      description =
          "Stop when standard input ends, so as never to outlive the program that started it.")
  private boolean exitWithStdin;

  @Override
  public Integer call() throws InterruptedException {
    CollectorConfig effective;
    try {
      effective =
          Configs.read(config, System.getenv(), CollectorConfig.DEFAULT, CollectorConfig.class);
    } catch (ConfigException e) {
      return misconfigured(e);
    }
    if (print) {
      System.out.print(Configs.print(effective));
      return 0;
    }
    if (check) {
      return check(effective);
    }
    return run(effective);
  }

  private int misconfigured(ConfigException e) {
    List<String> problems = check ? e.mistakes() : List.of(String.valueOf(e.getMessage()));
    problems.forEach(one -> System.err.println("lockstep collector: " + one));
    return 2;
  }

  private int check(CollectorConfig effective) {
    Vertx vertx = Vertx.vertx();
    try {
      Check.files(vertx, effective);
      System.out.println("configuration is right");
      return 0;
    } catch (ConfigException e) {
      return misconfigured(e);
    } finally {
      vertx.close();
    }
  }

  private int run(CollectorConfig effective) throws InterruptedException {
    var stop = new CountDownLatch(1);
    var stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  stop.countDown();
                  await(stopped);
                },
                "stop"));
    if (exitWithStdin) {
      Thread.ofPlatform().daemon().name("stdin").start(() -> awaitEnd(System.in, stop));
    }
    try (Collector collector = Collector.start(effective);
        var service = ServiceNotice.of(System.getenv(), ProcessHandle.current().pid())) {
      service.ready(collector::lives);
      stop.await();
      return 0;
    } catch (ConfigException e) {
      return misconfigured(e);
    } catch (IOException e) {
      System.err.println("lockstep collector: " + FileProblem.words(e));
      return 1;
    } finally {
      stopped.countDown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static void awaitEnd(InputStream in, CountDownLatch stop) {
    try {
      while (in.read() >= 0) {
        // Nobody writes; only the end matters.
      }
    } catch (IOException _) {
      // A broken pipe is an end too.
    }
    stop.countDown();
  }
}
