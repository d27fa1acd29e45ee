package io.lockstep.agent;

import io.lockstep.agent.sample.CrashReport;
import io.lockstep.telemetry.config.ConfigException;
import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.systemd.ServiceNotice;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs an agent, and another in its place when the configuration is reloaded. A configuration that
/// is wrong changes nothing.
final class Daemon {
  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

  /// Reads and checks the configuration, as it is now.
  @FunctionalInterface
  interface Source {
    /// Reads it.
    ///
    /// @throws ConfigException when it is wrong
    /// @throws IOException when a file can't be read
    Config read() throws ConfigException, IOException;
  }

  private final Source source;
  private final String version;
  private final ServiceNotice service;
  private final InstantSource clock = InstantSource.system();
  private final Reloads reloads = new Reloads(clock);
  private @Nullable Agent running;
  private @Nullable Config next;
  private boolean stopped;

  /// @param service who is told that it runs
  Daemon(Source source, String version, ServiceNotice service) {
    this.source = source;
    this.version = version;
    this.service = service;
  }

  /// Runs until stopped.
  ///
  /// @param first the configuration to begin with
  /// @throws IOException when a file or the address of the configuration can't be used
  /// @throws ConfigException when a file of the configuration says something wrong
  void run(Config first) throws IOException, ConfigException, InterruptedException {
    Config config = first;
    tellOfCrash(config);
    Agent agent = agent(config);
    for (Config wanted = run(agent); wanted != null; wanted = run(agent)) {
      Agent another = inPlace(wanted);
      config = another == null ? config : wanted;
      if (another != null) {
        reloads.succeeded();
      }
      agent = another == null ? agent(config) : another;
    }
    service.close();
  }

  /// What became of the run before, where it crashed.
  private static void tellOfCrash(Config config) {
    Path folder = config.spool().folder().toAbsolutePath();
    CrashReport report =
        CrashReport.of(CrashReport.ofAgent(folder, System.getenv("STATE_DIRECTORY")));
    if (report != null) {
      CrashReport told = report.putAside();
      LOG.warn("the agent before this one crashed time={}: {}", told.time(), told.words());
    }
  }

  /// One agent's run.
  ///
  /// @return the configuration to go on with; null to end
  private @Nullable Config run(Agent agent) throws IOException, InterruptedException {
    service.ready(agent::ticks);
    agent.run();
    return takeNext();
  }

  private Agent agent(Config config) throws IOException, ConfigException {
    Agent agent = new Agent(config, Lifetime.hostName(config), version, clock, reloads);
    synchronized (this) {
      running = agent;
      if (stopped || next != null) {
        agent.stop();
      }
    }
    return agent;
  }

  /// What only shows when it is tried, as an address that another program has, is wrong as well:
  /// null then.
  private @Nullable Agent inPlace(Config wanted) {
    try {
      return agent(wanted);
    } catch (IOException | ConfigException | IllegalArgumentException e) {
      notReloaded(e);
      return null;
    }
  }

  private void notReloaded(Exception e) {
    reloads.failed();
    String why = e instanceof IOException io ? FileProblem.words(io) : e.getMessage();
    LOG.error("configuration is not reloaded, the one before goes on: {}", why);
  }

  private synchronized @Nullable Config takeNext() {
    Config wanted = stopped ? null : next;
    next = null;
    return wanted;
  }

  /// Reads the configuration anew; when it is right, the agent hands over what it has, and another
  /// goes on.
  void reload() {
    try {
      Config wanted = source.read();
      synchronized (this) {
        if (stopped || running == null) {
          return;
        }
        LOG.info("configuration is reloaded");
        service.reloading();
        next = wanted;
        running.stop();
      }
    } catch (IOException | ConfigException | IllegalArgumentException e) {
      notReloaded(e);
    }
  }

  /// Makes [#run] end.
  synchronized void stop() {
    stopped = true;
    if (running != null) {
      running.stop();
    }
  }
}
