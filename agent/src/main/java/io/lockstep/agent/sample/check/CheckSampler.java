package io.lockstep.agent.sample.check;

import io.lockstep.agent.sample.Notes;
import io.lockstep.agent.sample.Reading;
import io.lockstep.agent.sample.Sampler;
import io.lockstep.telemetry.otlp.Occurrence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs the site's checks, a few at a time, and says how they are. Their runs are none of the
/// sampler's rounds: a round starts those that are due and tells the newest outcomes.
public final class CheckSampler implements Sampler, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CheckSampler.class);
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final Duration INTERVAL_MAX = Duration.ofDays(1);
  private static final Duration TIMEOUT_MAX = Duration.ofHours(1);
  private static final int LIST_ROUNDS = 6;
  private static final int PARALLEL_MAX = 16;
  private static final long JITTER_NANOS = Duration.ofSeconds(20).toNanos();

  /// How long it is said of a check that is not configured any more that nothing is wrong with it:
  /// longer than an alert is kept.
  private static final int FAREWELL_ROUNDS = 15;

  /// A folder of executables, each a check by its file's name.
  ///
  /// @param interval from one run's begin to the next, 10s to 1d; a minute when null
  /// @param timeout after which a check is killed with all that it started; 10 s when null
  /// @param user who they run as, only where the agent is root; the agent's own when null
  public record Folder(
      Path path, @Nullable Duration interval, @Nullable Duration timeout, @Nullable String user) {
    public Folder {
      checkTimes(interval, timeout);
      checkUser(user);
    }
  }

  /// A check by its command line.
  ///
  /// @param command program and arguments; not a shell's line
  /// @param interval as in [Folder]
  /// @param timeout as in [Folder]
  /// @param user as in [Folder]
  public record Declared(
      String name,
      List<String> command,
      @Nullable Duration interval,
      @Nullable Duration timeout,
      @Nullable String user) {
    public Declared {
      command = List.copyOf(command);
      if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
        throw new IllegalArgumentException(
            "name must be of letters, digits, '.', '_' and '-', at most 64, is \"" + name + "\"");
      }
      if (command.isEmpty() || command.getFirst().isBlank()) {
        throw new IllegalArgumentException("command of " + name + " must name a program");
      }
      if (!command.getFirst().startsWith("/")) {
        throw new IllegalArgumentException(
            "command of " + name + " must begin with a program's whole path, as /usr/bin/test");
      }
      checkTimes(interval, timeout);
      checkUser(user);
    }
  }

  /// What is different about some checks. The first that matches counts.
  ///
  /// @param match regular expression of the whole name
  /// @param interval as in [Folder]
  /// @param timeout as in [Folder]
  /// @param user as in [Folder]
  /// @param enabled false for those that are not run
  public record Special(
      String match,
      @Nullable Duration interval,
      @Nullable Duration timeout,
      @Nullable String user,
      @Nullable Boolean enabled) {
    public Special {
      try {
        Pattern.compile(match);
      } catch (PatternSyntaxException e) {
        throw new IllegalArgumentException(
            "match: \"" + match + "\" is no regular expression: " + e.getDescription(), e);
      }
      checkTimes(interval, timeout);
      checkUser(user);
    }

    SiteCheck changed(SiteCheck check) {
      return new SiteCheck(
          check.name(),
          check.command(),
          Objects.requireNonNullElse(interval, check.interval()),
          Objects.requireNonNullElse(timeout, check.timeout()),
          user == null ? check.user() : user,
          check.folder());
    }
  }

  /// Which checks are run.
  ///
  /// @param folders of executables
  /// @param commands checks by their command lines
  /// @param overrides what is different about some of them
  /// @param parallel how many run at once, 1 to 16
  public record Config(
      List<Folder> folders, List<Declared> commands, List<Special> overrides, int parallel) {
    public static final Config DEFAULT = new Config(List.of(), List.of(), List.of(), 2);

    public Config {
      folders = List.copyOf(folders);
      commands = List.copyOf(commands);
      overrides = List.copyOf(overrides);
      if (parallel < 1 || parallel > PARALLEL_MAX) {
        throw new IllegalArgumentException("parallel must be 1 to " + PARALLEL_MAX);
      }
      Set<String> names = new HashSet<>();
      for (Declared one : commands) {
        if (!names.add(one.name())) {
          throw new IllegalArgumentException("two commands are named " + one.name());
        }
      }
    }

    /// Whether there is anything to run.
    public boolean runsAny() {
      return !folders.isEmpty() || !commands.isEmpty();
    }
  }

  private final Map<String, Standing> standings = new TreeMap<>();
  private final Map<String, Integer> farewells = new HashMap<>();
  private final Map<String, String> told = new LinkedHashMap<>();
  private final Config config;
  private final InstantSource clock;
  private final CheckMemory memory;
  private final CheckNews news;
  private final Guardian guardian = new Guardian();
  private final ThreadPoolExecutor runners;
  private final int ownUid = ownUid();
  private final RandomGenerator random = RandomGenerator.getDefault();
  private boolean kept = true;
  private long round;

  /// @param memory file in which outcomes are remembered; null to remember nothing
  /// @param events gets an outcome that is another than before, at once, on any thread
  public CheckSampler(
      Config config,
      @Nullable Path memory,
      InstantSource clock,
      Consumer<List<Occurrence>> events) {
    this.config = config;
    this.clock = clock;
    this.memory = new CheckMemory(memory);
    this.news = new CheckNews(events);
    runners =
        new ThreadPoolExecutor(
            config.parallel(),
            config.parallel(),
            INTERVAL.toSeconds(),
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("check-", 0).factory());
    runners.allowCoreThreadTimeOut(true);
  }

  @Override
  public String name() {
    return "checks";
  }

  @Override
  public Duration interval() {
    return INTERVAL;
  }

  @Override
  public Reading sample(Instant now) {
    var notes = new Notes(name(), now, round);
    if (round == 0) {
      remember();
    }
    if (round % LIST_ROUNDS == 0) {
      list(notes);
    }
    long nanos = System.nanoTime();
    // In the rounds in which others tell more too: a batch like one before costs next to nothing.
    boolean minute = Math.floorMod(now.getEpochSecond(), 60L) < INTERVAL.toSeconds();
    for (Standing one : standings.values()) {
      one.startWhenDue(runners, nanos);
      one.addTo(notes, minute);
    }
    farewells.replaceAll((_, left) -> left - 1);
    farewells.values().removeIf(left -> left < 0);
    farewells.keySet().forEach(gone -> CheckRows.farewell(gone, notes));
    notes.add(CheckRows.abandoned(standings.values().stream().mapToLong(Standing::lost).sum()));
    keep();
    round++;
    return notes.reading();
  }

  private void remember() {
    CheckList now = CheckList.of(config, ownUid);
    memory
        .read()
        .forEach((name, outcome) -> {
          SiteCheck check = now.checks().get(name);
          if (check == null) {
            gone(name, outcome);
          } else {
            standings.put(name, standing(check, outcome));
          }
        });
  }

  private Standing standing(SiteCheck check, @Nullable Outcome before) {
    long spread = Math.min(JITTER_NANOS, check.interval().toNanos());
    long first = System.nanoTime() + random.nextLong(spread);
    return new Standing(check, before, clock, guardian, news, first);
  }

  /// Takes note of what was added, changed and removed.
  private void list(Notes notes) {
    CheckList now = CheckList.of(config, ownUid);
    now.checks()
        .forEach((name, check) -> {
          Standing known = standings.get(name);
          if (known == null) {
            standings.put(name, standing(check, null));
          } else {
            known.is(check);
          }
        });
    for (String name : List.copyOf(standings.keySet())) {
      if (!now.checks().containsKey(name)) {
        gone(name, Objects.requireNonNull(standings.remove(name)).outcome());
      }
    }
    tell(now.refused(), notes);
    if (round == 0) {
      LOG.info("checks are {}", standings.keySet());
    }
  }

  private void gone(String name, @Nullable Outcome last) {
    if (last != null) {
      news.removed(name, last, clock.instant());
      farewells.put(name, FAREWELL_ROUNDS);
    }
  }

  /// Each file that is not run is said once, and when it is run after all.
  private void tell(Map<String, String> refused, Notes notes) {
    refused.forEach((place, why) -> {
      if (!why.equals(told.put(place, why))) {
        notes.failed("", place, why);
      }
    });
    for (String place : List.copyOf(told.keySet())) {
      if (!refused.containsKey(place)) {
        told.remove(place);
        notes.recovered("", place);
      }
    }
  }

  private void keep() {
    if (standings.values().stream().filter(Standing::changed).count() > 0 || !kept) {
      Map<String, Outcome> outcomes = new TreeMap<>();
      standings.forEach((name, one) -> {
        Outcome outcome = one.outcome();
        if (outcome != null) {
          outcomes.put(name, outcome);
        }
      });
      kept = memory.write(outcomes);
    }
  }

  /// Runs every check once, now, and waits for all of them.
  ///
  /// @return what they said
  public Reading runAll(Instant now) throws InterruptedException {
    var notes = new Notes(name(), now, round);
    list(notes);
    standings.values().forEach(one -> one.startWhenDue(runners, Long.MAX_VALUE));
    runners.shutdown();
    while (!runners.awaitTermination(1, TimeUnit.SECONDS)) {
      LOG.debug("checks run still");
    }
    standings.values().forEach(one -> one.addTo(notes, true));
    keep();
    return notes.reading();
  }

  /// What is not run, and why: by its path or name. Changes nothing.
  public static Map<String, String> refused(Config config) {
    return CheckList.of(config, ownUid()).refused();
  }

  /// Names of the checks that would be run.
  public static List<String> names(Config config) {
    return List.copyOf(CheckList.of(config, ownUid()).checks().keySet());
  }

  /// Kills what runs.
  @Override
  public void close() {
    runners.shutdownNow();
    try {
      if (!runners.awaitTermination(2, TimeUnit.SECONDS)) {
        LOG.warn("a check runs still");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    guardian.close();
  }

  private static int ownUid() {
    try {
      return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    } catch (IOException | UnsupportedOperationException _) {
      return -1; // nobody is trusted but root
    }
  }

  private static void checkTimes(@Nullable Duration interval, @Nullable Duration timeout) {
    if (interval != null
        && (interval.compareTo(INTERVAL) < 0 || interval.compareTo(INTERVAL_MAX) > 0)) {
      throw new IllegalArgumentException("interval of checks must be 10s to 1d");
    }
    if (timeout != null
        && (timeout.compareTo(Duration.ofSeconds(1)) < 0 || timeout.compareTo(TIMEOUT_MAX) > 0)) {
      throw new IllegalArgumentException("timeout of checks must be 1s to 1h");
    }
  }

  private static void checkUser(@Nullable String user) {
    if (user != null && !user.matches("[A-Za-z_][A-Za-z0-9_.-]{0,31}[$]?")) {
      throw new IllegalArgumentException("user must be the name of a user, is \"" + user + "\"");
    }
  }
}
