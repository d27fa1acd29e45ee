package io.lockstep.collector.http;

import io.lockstep.collector.alert.Alert;
import io.lockstep.collector.alert.AlertBook;
import io.lockstep.collector.alert.Incident;
import io.lockstep.collector.detect.IncidentKind;
import io.lockstep.collector.window.Host;
import io.lockstep.collector.window.Iteration;
import io.lockstep.collector.window.JobWindow;
import io.lockstep.collector.window.Rank;
import io.lockstep.collector.window.Watched;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rules.ClockReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What operators see of one cluster, read from its window and the alert book. Reads sealed slots
/// only, so it disturbs nobody.
public final class ClusterViews implements Views {
  private static final int JOB_FORGOTTEN_SECONDS = 600;
  private static final Column TEMPERATURE = Contract.column(Table.GPU, "temperature");
  private static final Column UTILIZATION = Contract.column(Table.GPU, "utilization");
  private static final Column CLOCK = Contract.column(Table.GPU, "clock_sm");
  private static final Column POWER = Contract.column(Table.GPU, "power");
  private static final Column MEMORY = Contract.column(Table.GPU, "memory_used");
  private static final Column REASONS = Contract.column(Table.GPU, "clock_event_reasons");
  private static final Column UP = Contract.column(Table.PORT, "up");
  private static final Column RATE = Contract.column(Table.PORT, "rate");
  private static final Column RECEIVED = Contract.column(Table.PORT, "received");
  private static final Column TRANSMITTED = Contract.column(Table.PORT, "transmitted");
  private static final Column CPU_MEAN = Contract.column(Table.HOST, "cpu_mean");
  private static final Column CPU_MAX = Contract.column(Table.HOST, "cpu_max");
  private static final Column LOAD = Contract.column(Table.HOST, "load_1m");
  private static final Column MEMORY_USED = Contract.column(Table.HOST, "memory_used");
  private static final Column MEMORY_AVAILABLE = Contract.column(Table.HOST, "memory_available");

  private final Window window;
  private final AlertBook book;

  /// Where a rank runs.
  private record Seat(String host, String gpu) {}

  /// Who runs there.
  private record Occupant(String job, int rank) {}

  public ClusterViews(Window window, AlertBook book) {
    this.window = window;
    this.book = book;
  }

  @Override
  public String cluster() {
    return window.cluster();
  }

  @Override
  public Snapshot at(Instant now) {
    List<Incident> all =
        book.incidents().stream()
            .filter(incident -> incident.subject().cluster().equals(window.cluster()))
            .toList();
    Map<Watched, IncidentKind> open = new HashMap<>();
    for (Incident incident : all) {
      if (incident.isOpen()) {
        open.put(
            new Watched(incident.subject().host(), incident.subject().subject()), incident.kind());
      }
    }
    Map<Seat, Occupant> occupants = occupants();
    var incidents = new ArrayList<IncidentView>();
    all.stream()
        .sorted(
            Comparator.comparing(Incident::isOpen)
                .thenComparingLong(Incident::openedNanos)
                .reversed())
        .forEach(incident -> incidents.add(view(incident)));
    return new Snapshot(
        new ClusterView(window.cluster(), now, hosts(now, open, occupants)),
        jobs(now, all, occupants),
        incidents);
  }

  // --- Servers, GPUs, ports

  private List<HostView> hosts(
      Instant now, Map<Watched, IncidentKind> open, Map<Seat, Occupant> occupants) {
    Map<String, List<GpuView>> gpus = new HashMap<>();
    List<Watched> subjects = window.subjects(Table.GPU);
    for (int i = 0; i < subjects.size(); i++) {
      Watched one = subjects.get(i);
      gpus.computeIfAbsent(one.host(), _ -> new ArrayList<>())
          .add(gpu(one, i, open.get(one), occupants));
    }
    Map<String, List<PortView>> ports = new HashMap<>();
    subjects = window.subjects(Table.PORT);
    for (int i = 0; i < subjects.size(); i++) {
      Watched one = subjects.get(i);
      ports.computeIfAbsent(one.host(), _ -> new ArrayList<>()).add(port(one, i, open.get(one)));
    }
    var hosts = new ArrayList<HostView>();
    for (Host host : window.hosts()) {
      List<GpuView> own = gpus.getOrDefault(host.name(), List.of());
      List<PortView> links = ports.getOrDefault(host.name(), List.of());
      hosts.add(host(host, now, open, own, links));
    }
    hosts.sort(Comparator.comparing(HostView::host, NaturalOrder.TEXT));
    return hosts;
  }

  private HostView host(
      Host host,
      Instant now,
      Map<Watched, IncidentKind> open,
      List<GpuView> gpus,
      List<PortView> ports) {
    IncidentKind kind = open.get(new Watched(host.name(), Table.HOST_SUBJECT));
    HostView.State state =
        kind == IncidentKind.HOST_SILENT
            ? HostView.State.SILENT
            : host.stoppedNanos() != 0
                ? HostView.State.STOPPED
                : heard(host) ? HostView.State.OK : HostView.State.UNKNOWN;
    int index = window.subject(Table.HOST, host.name(), Table.HOST_SUBJECT);
    return new HostView(
        host.name(),
        state,
        seconds(now, host.lastHeardNanos()),
        -host.clockOffsetNanos() / 1e9,
        value(CPU_MEAN, index),
        value(CPU_MAX, index),
        value(LOAD, index),
        value(MEMORY_USED, index),
        value(MEMORY_AVAILABLE, index),
        gpus.stream()
            .sorted(
                Comparator.comparingInt((GpuView gpu) -> gpu.index() == null ? 999 : gpu.index())
                    .thenComparing(GpuView::id))
            .toList(),
        ports.stream().sorted(Comparator.comparing(PortView::id, NaturalOrder.TEXT)).toList());
  }

  /// Whether the window has heard of the host within twice the detectors' lag.
  private boolean heard(Host host) {
    return window.nowNanos() - host.lastHeardNanos() < 10_000_000_000L;
  }

  private GpuView gpu(
      Watched gpu, int index, @Nullable IncidentKind kind, Map<Seat, Occupant> occupants) {
    int age = window.ageSeconds(TEMPERATURE, index);
    Double reasons = value(REASONS, index);
    Occupant occupant = occupants.get(new Seat(gpu.host(), gpu.subject()));
    GpuView.State state =
        kind == IncidentKind.GPU_SLOW
            ? GpuView.State.SLOW
            : age <= Window.FRESH_SECONDS ? GpuView.State.OK : GpuView.State.UNKNOWN;
    return new GpuView(
        gpu.subject(),
        number(window.gpuIndex(gpu.host(), gpu.subject())),
        state,
        value(TEMPERATURE, index),
        value(UTILIZATION, index),
        value(CLOCK, index),
        value(POWER, index),
        value(MEMORY, index),
        reasons == null
            ? List.of()
            : ClockReason.faults(reasons.intValue()).stream().map(ClockReason::words).toList(),
        occupant == null ? null : occupant.job(),
        occupant == null ? null : occupant.rank(),
        age == Window.NEVER ? null : (double) age);
  }

  private PortView port(Watched port, int index, @Nullable IncidentKind kind) {
    int age = window.ageSeconds(UP, index);
    Double up = value(UP, index);
    return new PortView(
        port.subject(),
        state(kind, age),
        up == null ? null : up > 0.5,
        value(RATE, index),
        value(RECEIVED, index),
        value(TRANSMITTED, index),
        null,
        null,
        age == Window.NEVER ? null : (double) age);
  }

  private static PortView.State state(@Nullable IncidentKind kind, int age) {
    if (kind == IncidentKind.PORT_FLAPPING) {
      return PortView.State.FLAPPING;
    }
    if (kind == IncidentKind.PORT_DOWN) {
      return PortView.State.DOWN;
    }
    return age <= Window.FRESH_SECONDS ? PortView.State.OK : PortView.State.UNKNOWN;
  }

  // --- Jobs

  private Map<Seat, Occupant> occupants() {
    Map<Seat, Occupant> occupants = new HashMap<>();
    window.jobs().stream()
        .sorted(Comparator.comparingLong(JobWindow::lastArrivalNanos))
        .forEach(job -> seat(job, occupants));
    return occupants;
  }

  private void seat(JobWindow job, Map<Seat, Occupant> occupants) {
    for (Rank rank : job.ranks()) {
      if (rank != null && !rank.gpu().isEmpty()) {
        String byIndex = window.gpu(rank.host(), rank.gpu());
        String gpu = byIndex == null ? rank.gpu() : byIndex;
        occupants.put(new Seat(rank.host(), gpu), new Occupant(job.job(), rank.rank()));
      }
    }
  }

  private List<JobView> jobs(Instant now, List<Incident> incidents, Map<Seat, Occupant> occupants) {
    var jobs = new TreeMap<String, JobView>();
    for (JobWindow job : window.jobs()) {
      Double age = seconds(now, job.lastArrivalNanos());
      if (age != null && age < JOB_FORGOTTEN_SECONDS) {
        jobs.put(job.job() + "\n" + job.attempt(), job(job, age, incidents, occupants));
      }
    }
    return List.copyOf(jobs.values());
  }

  private JobView job(
      JobWindow job, Double age, List<Incident> incidents, Map<Seat, Occupant> occupants) {
    Iteration last = job.last();
    var steps = new ArrayList<JobView.Step>();
    for (Iteration one : job.iterations()) {
      if (!Double.isNaN(one.stepSeconds())) {
        steps.add(new JobView.Step(one.number(), instant(one.endNanos()), one.stepSeconds()));
      }
    }
    var slow = new ArrayList<JobView.SlowRank>();
    for (Incident incident : incidents) {
      Occupant occupant =
          occupants.get(new Seat(incident.subject().host(), incident.subject().subject()));
      if (incident.isOpen()
          && incident.kind() == IncidentKind.GPU_SLOW
          && occupant != null
          && occupant.job().equals(job.job())) {
        slow.add(slow(incident, occupant));
      }
    }
    return new JobView(
        job.job(),
        job.attempt(),
        last == null ? null : last.number(),
        job.expected() == 0 ? null : job.expected(),
        last == null ? 0 : last.reported(),
        age,
        steps,
        slow);
  }

  private JobView.SlowRank slow(Incident incident, Occupant occupant) {
    Map<String, Double> evidence = incident.lead().finding().evidence();
    String host = incident.subject().host();
    String gpu = incident.subject().subject();
    return new JobView.SlowRank(
        occupant.rank(),
        host,
        gpu,
        number(window.gpuIndex(host, gpu)),
        evidence.get("own_work_seconds"),
        evidence.get("peers_own_work_seconds"));
  }

  // --- Incidents

  private IncidentView view(Incident incident) {
    Alert lead = incident.lead();
    var evidence = new ArrayList<IncidentView.Evidence>();
    lead.finding()
        .evidence()
        .forEach((name, value) -> evidence.add(new IncidentView.Evidence(name, value)));
    return new IncidentView(
        incident.id(),
        incident.subject().cluster(),
        incident.kind().label(),
        incident.subject().host(),
        incident.subject().subject(),
        lead.finding().severity().name().toLowerCase(Locale.ROOT),
        lead.finding().action().name().toLowerCase(Locale.ROOT),
        incident.isOpen() ? IncidentView.OPEN : "resolved",
        instant(incident.onsetNanos()),
        instant(incident.openedNanos()),
        incident.isOpen() ? null : instant(incident.resolvedNanos()),
        title(incident),
        lead.finding().summary(),
        evidence,
        lead.detector(),
        incident.alerts().stream().map(alert -> view(alert, incident)).toList());
  }

  private static IncidentView.AlertView view(Alert alert, Incident incident) {
    boolean over = alert.state() == Alert.State.RESOLVED;
    return new IncidentView.AlertView(
        alert.detector(),
        incident.subject().subject(),
        over ? "resolved" : IncidentView.OPEN,
        instant(alert.finding().onsetNanos()),
        over ? instant(alert.resolvedNanos()) : null,
        alert.finding().summary());
  }

  private String title(Incident incident) {
    String host = incident.subject().host();
    String subject = incident.subject().subject();
    String index = window.gpuIndex(host, subject);
    return switch (incident.kind()) {
      case JOB_SLOW -> "Slow " + subject.replace('/', ' ');
      case PORT_DOWN -> "Port " + subject + " of " + host + " is down";
      case PORT_FLAPPING -> "Port " + subject + " of " + host + " flaps";
      case GPU_SLOW -> "Slow GPU " + (index == null ? subject : index) + " of " + host;
      case HOST_SLOW -> "Slow server " + host;
      case HOST_SILENT -> "No word from " + host;
      case COLLECTOR_DEAF -> "The collector hears nobody";
    };
  }

  // --- Values

  private @Nullable Double value(Column column, int index) {
    double value = index < 0 ? Double.NaN : window.latest(column, index);
    return Double.isNaN(value) ? null : value;
  }

  private static @Nullable Integer number(@Nullable String text) {
    try {
      return text == null ? null : Integer.valueOf(text);
    } catch (NumberFormatException _) {
      return null;
    }
  }

  private static @Nullable Double seconds(Instant now, long sinceNanos) {
    if (sinceNanos == 0) {
      return null;
    }
    double nanos = now.getEpochSecond() * 1e9 + now.getNano() - sinceNanos;
    return Math.max(0, nanos / 1e9);
  }

  private static Instant instant(long nanos) {
    return Instant.ofEpochSecond(0, nanos);
  }
}
