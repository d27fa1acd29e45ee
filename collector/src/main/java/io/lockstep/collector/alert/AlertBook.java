package io.lockstep.collector.alert;

import io.lockstep.collector.detect.Finding;
import io.lockstep.collector.detect.SubjectKey;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Turns verdicts, which are about now, into alerts and incidents, which last. The only place where
/// patience (before an alert fires) and keep (before it is resolved) live.
///
/// Only a verdict of absence moves an alert towards resolved, or its agent's word that the subject
/// is not expected any more: a restart, lost data or a silent server clears nothing. On one subject
/// there is one open incident, whatever the number of detectors that complain. One thread writes;
/// [#incidents()] may be read by any.
public final class AlertBook {
  private static final int RESOLVED_KEPT = 1_000;

  /// Events name their subjects themselves: what they can open is bounded here.
  private static final int ALERTS_MAX = 50_000;

  /// How the book keeps alerts.
  ///
  /// @param reopen a fault that comes back within this time after its incident was resolved opens
  ///   that incident again
  /// @param forget a fault that has not fired yet and of which nobody could tell for this long is
  ///   forgotten: the job or the part may be gone for good
  public record Config(Duration reopen, Duration forget) {
    public static final Config DEFAULT = new Config(Duration.ofMinutes(5), Duration.ofMinutes(10));

    public Config {
      if (reopen.isNegative()) {
        throw new IllegalArgumentException("reopen must not be negative, is " + reopen);
      }
      if (!forget.isPositive()) {
        throw new IllegalArgumentException("forget must be above 0, is " + forget);
      }
    }
  }

  private record Key(String detector, SubjectKey subject) {}

  private final Config config;
  private final Map<Key, Alert> alerts = new HashMap<>();
  private final Set<Key> byEvent = new LinkedHashSet<>();
  private final Map<String, Long> lastRounds = new HashMap<>();
  private final Map<SubjectKey, Incident> open = new LinkedHashMap<>();
  private final Deque<Incident> resolved = new ArrayDeque<>();
  private volatile List<Incident> published = List.of();

  /// @param earlier as below
  public AlertBook(Config config, Collection<Incident> earlier) {
    this(config, earlier, List.of());
  }

  /// @param earlier incidents from before a restart, oldest first: their alerts go on where they
  ///   stood
  /// @param waiting alerts from before a restart that an event had begun and that had not fired
  public AlertBook(Config config, Collection<Incident> earlier, Collection<Waiting> waiting) {
    this.config = config;
    for (Waiting one : waiting) {
      var key = new Key(one.alert().detector(), one.subject());
      alerts.put(key, one.alert().unclear());
      byEvent.add(key);
    }
    for (Incident incident : earlier) {
      if (incident.isOpen()) {
        open.put(incident.subject(), incident);
        for (Alert alert : incident.alerts()) {
          if (alert.state() == Alert.State.FIRING) {
            alerts.put(new Key(alert.detector(), incident.subject()), alert.unclear());
          }
        }
      } else {
        resolved.addLast(incident);
      }
    }
    publish();
  }

  /// Every incident that is open or was resolved lately, oldest first.
  public List<Incident> incidents() {
    return published;
  }

  /// Takes one detector's verdicts of one round.
  ///
  /// @param cluster the cluster that the round is about
  /// @param detector the detector's name
  /// @param patience how long a fault must be there before its alert fires
  /// @param keep how long it must be absent before its alert is resolved
  /// @param now the round's time, Unix nanoseconds
  /// @return what changed about incidents, in the order in which it happened
  public List<Transition> apply(
      String cluster, String detector, Duration patience, Duration keep, Round round, long now) {
    var transitions = new ArrayList<Transition>();
    round
        .present()
        .forEach((subject, finding) ->
            present(new Key(detector, subject), finding, patience, now, transitions));
    long sinceLastRound = now - lastRounds.getOrDefault(cluster + "/" + detector, now);
    lastRounds.put(cluster + "/" + detector, now);
    for (Key key : List.copyOf(alerts.keySet())) {
      if (key.detector().equals(detector)
          && key.subject().cluster().equals(cluster)
          && !round.present().containsKey(key.subject())
          && round.reaches(onset(key))) {
        boolean absent = round.isAbsent(key.subject());
        if (Objects.requireNonNull(alerts.get(key)).state() == Alert.State.PENDING) {
          pendingNotPresent(key, absent, sinceLastRound, now);
        } else {
          Transition transition = firingNotPresent(key, absent, keep, now);
          if (transition != null) {
            transitions.add(transition);
          }
        }
      }
    }
    publish();
    return transitions;
  }

  /// Takes what an event says the moment it arrives; the rounds go on from there.
  ///
  /// @param detector the detector that knows such events
  /// @param finding of the fault that began with the event; of two that are one after the other the
  ///   graver stays
  /// @param now the event's arrival, Unix nanoseconds
  /// @return what changed about incidents
  public List<Transition> happened(
      String detector, Duration patience, SubjectKey subject, Finding finding, long now) {
    var key = new Key(detector, subject);
    Alert known = alerts.get(key);
    if (known == null && alerts.size() >= ALERTS_MAX) {
      return List.of();
    }
    Finding graver =
        known != null && finding.action().compareTo(known.finding().action()) < 0
            ? known.finding()
            : finding;
    var transitions = new ArrayList<Transition>();
    present(key, graver, patience, now, transitions);
    byEvent.add(key);
    publish();
    return transitions;
  }

  /// Takes an event that says that a fault is over: an alert that has not fired is none. One that
  /// has fired is for the rounds to resolve.
  public void over(String detector, SubjectKey subject) {
    alerts.computeIfPresent(
        new Key(detector, subject),
        (_, alert) -> alert.state() == Alert.State.PENDING ? null : alert);
  }

  /// Takes word that nobody reads or expects a subject any more: its alert is resolved, unless the
  /// fault began after that was said.
  ///
  /// @param said when, Unix nanoseconds
  /// @return what changed about incidents
  public List<Transition> dropped(String detector, SubjectKey subject, long said, long now) {
    var key = new Key(detector, subject);
    Alert alert = alerts.get(key);
    if (alert == null || alert.finding().onsetNanos() > said) {
      return List.of();
    }
    alerts.remove(key);
    if (alert.state() == Alert.State.PENDING) {
      return List.of();
    }
    Transition over = resolve(subject, alert.absent(now).resolve(now), now);
    publish();
    return List.of(over);
  }

  /// The alerts that an event began and that have not fired yet.
  public List<Waiting> waiting() {
    var waiting = new ArrayList<Waiting>();
    for (Key key : List.copyOf(byEvent)) {
      Alert alert = alerts.get(key);
      if (alert == null || alert.state() != Alert.State.PENDING) {
        byEvent.remove(key);
      } else {
        waiting.add(new Waiting(key.subject(), alert));
      }
    }
    return waiting;
  }

  /// The subjects of a cluster of which a detector's alert stands, fired or not.
  public Set<SubjectKey> subjects(String cluster, String detector) {
    return alerts.keySet().stream()
        .filter(key -> key.detector().equals(detector) && key.subject().cluster().equals(cluster))
        .map(Key::subject)
        .collect(Collectors.toSet());
  }

  private long onset(Key key) {
    return Objects.requireNonNull(alerts.get(key)).finding().onsetNanos();
  }

  private void present(
      Key key, Finding finding, Duration patience, long now, List<Transition> transitions) {
    Alert before = alerts.get(key);
    Alert alert =
        before == null ? Alert.pending(key.detector(), finding, now) : before.present(finding, now);
    boolean fires =
        alert.state() == Alert.State.PENDING && now - alert.sinceNanos() >= patience.toNanos();
    alert = fires ? alert.fire(now) : alert;
    alerts.put(key, alert);
    if (fires) {
      transitions.add(fired(key.subject(), alert, now));
    } else if (alert.state() == Alert.State.FIRING) {
      Incident incident = open.get(key.subject());
      Incident after = update(key.subject(), alert);
      if (incident != null && after != null && after.isAbove(incident)) {
        transitions.add(new Transition(Transition.What.ESCALATED, after));
      }
    }
  }

  private Transition fired(SubjectKey subject, Alert alert, long now) {
    Incident known = open.get(subject);
    if (known != null) {
      Incident joined = with(known, alert);
      return opened(
          joined.isAbove(known) ? Transition.What.ESCALATED : Transition.What.CHANGED, joined);
    }
    Incident fresh = Incident.open(subject, alert, now);
    Incident earlier = earlier(fresh, now);
    if (earlier != null) {
      resolved.remove(earlier);
      return opened(
          Transition.What.REOPENED, earlier.reopened(alerts(earlier, alert), alert.finding()));
    }
    return opened(Transition.What.OPENED, fresh);
  }

  private Transition opened(Transition.What what, Incident incident) {
    open.put(incident.subject(), incident);
    return new Transition(what, incident);
  }

  /// A resolved incident that the fault belongs to: resolved a short while ago, or of the very same
  /// onset, which makes it the same fault whenever it comes back. A lesser fault that the incident
  /// did not have is another one: a program that fails on a GPU does not make it lost again.
  private @Nullable Incident earlier(Incident fresh, long now) {
    for (Incident incident : resolved) {
      boolean lately = now - incident.resolvedNanos() <= config.reopen().toNanos();
      boolean same = incident.id().equals(fresh.id());
      if (incident.subject().equals(fresh.subject())
          && (same || (lately && belongs(fresh, incident)))) {
        return incident;
      }
    }
    return null;
  }

  private static boolean belongs(Incident fresh, Incident earlier) {
    String detector = fresh.lead().detector();
    return fresh.kind().compareTo(earlier.kind()) >= 0
        || earlier.alerts().stream().anyMatch(alert -> alert.detector().equals(detector));
  }

  private @Nullable Incident update(SubjectKey subject, Alert alert) {
    return open.computeIfPresent(subject, (_, incident) -> with(incident, alert));
  }

  private static Incident with(Incident incident, Alert alert) {
    return incident.with(alerts(incident, alert), alert.finding());
  }

  /// The incident's alerts with this one in the place of its detector's earlier one.
  private static List<Alert> alerts(Incident incident, Alert alert) {
    var all = new ArrayList<Alert>();
    for (Alert other : incident.alerts()) {
      if (!other.detector().equals(alert.detector())) {
        all.add(other);
      }
    }
    all.add(alert);
    all.sort(Comparator.comparingLong(Alert::sinceNanos));
    return all;
  }

  /// A run that has not fired is forgotten once it is seen to be over, or nobody can tell for long.
  private void pendingNotPresent(Key key, boolean absent, long sinceLastRoundNanos, long now) {
    Alert alert = Objects.requireNonNull(alerts.get(key));
    if (absent || now - alert.judgedNanos() > config.forget().toNanos()) {
      alerts.remove(key);
    } else {
      alerts.put(key, alert.paused(sinceLastRoundNanos));
    }
  }

  private @Nullable Transition firingNotPresent(Key key, boolean absent, Duration keep, long now) {
    Alert before = Objects.requireNonNull(alerts.get(key));
    Alert alert = absent ? before.absent(now) : before.unclear();
    if (!absent || now - alert.absentNanos() < keep.toNanos()) {
      alerts.put(key, alert);
      update(key.subject(), alert);
      return null;
    }
    alerts.remove(key);
    return resolve(key.subject(), alert.resolve(now), now);
  }

  private Transition resolve(SubjectKey subject, Alert alert, long now) {
    Incident incident = with(Objects.requireNonNull(open.get(subject)), alert);
    boolean over = incident.alerts().stream().allMatch(one -> one.state() == Alert.State.RESOLVED);
    if (!over) {
      open.put(subject, incident);
      return new Transition(Transition.What.CHANGED, incident);
    }
    incident = incident.resolved(now);
    open.remove(subject);
    resolved.addLast(incident);
    while (resolved.size() > RESOLVED_KEPT) {
      resolved.removeFirst();
    }
    return new Transition(Transition.What.RESOLVED, incident);
  }

  private void publish() {
    var all = new ArrayList<Incident>(resolved);
    all.addAll(open.values());
    all.sort(Comparator.comparingLong(Incident::openedNanos).thenComparing(Incident::id));
    published = List.copyOf(all);
  }
}
