package io.lockstep.collector.http;

import io.lockstep.collector.detect.IncidentKind;
import io.lockstep.collector.detect.JobUse;
import io.lockstep.collector.detect.JobUses;
import io.lockstep.collector.window.Host;
import io.lockstep.collector.window.Watched;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import io.lockstep.telemetry.rules.ClockReason;
import io.lockstep.telemetry.rules.LinkHistory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The servers with what is in them, from the window's newest values and the open incidents.
final class HostViews {
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
  private static final Column SYMBOL_ERROR = Contract.column(Table.PORT, "symbol_error");
  private static final Column CPU_MEAN = Contract.column(Table.HOST, "cpu_mean");
  private static final Column CPU_MAX = Contract.column(Table.HOST, "cpu_max");
  private static final Column LOAD = Contract.column(Table.HOST, "load_1m");
  private static final Column MEMORY_USED = Contract.column(Table.HOST, "memory_used");
  private static final Column MEMORY_AVAILABLE = Contract.column(Table.HOST, "memory_available");

  private static final int MOST_FRESH_SECONDS = 120;
  private static final double HEARD_SECONDS = 10;

  private static final Comparator<GpuView> BY_INDEX =
      Comparator.comparing(GpuView::index, Comparator.nullsLast(Comparator.<Integer>naturalOrder()))
          .thenComparing(GpuView::id, NaturalOrder.TEXT);

  private final Window window;
  private final OpenFaults faults;
  private final Seats seats;
  private final double nowSeconds;
  private final Map<String, List<Integer>> gpus;
  private final Map<String, List<Integer>> ports;
  private final PartViews parts;

  HostViews(Window window, OpenFaults faults, Seats seats, double nowSeconds) {
    this.window = window;
    this.faults = faults;
    this.seats = seats;
    this.nowSeconds = nowSeconds;
    this.gpus = byHost(window.subjects(Table.GPU));
    this.ports = byHost(window.subjects(Table.PORT));
    this.parts = new PartViews(window, nowSeconds);
  }

  /// Places of subjects by their server.
  static Map<String, List<Integer>> byHost(List<Watched> subjects) {
    Map<String, List<Integer>> places = new HashMap<>();
    for (int i = 0; i < subjects.size(); i++) {
      places.computeIfAbsent(subjects.get(i).host(), _ -> new ArrayList<>()).add(i);
    }
    return places;
  }

  /// In natural order of their names.
  List<HostView> all() {
    return window.hosts().stream()
        .sorted(Comparator.comparing(Host::name, NaturalOrder.TEXT))
        .map(this::host)
        .toList();
  }

  private HostView host(Host host) {
    int fresh = freshSeconds(host);
    int place = window.subject(Table.HOST, host.name(), Table.HOST_SUBJECT);
    var values = new Values(window, place, fresh);
    double age = nowSeconds - host.lastHeardNanos() / 1e9;
    return new HostView(
        host.name(),
        state(host, age, fresh),
        Math.max(0, age),
        host.clockOffsetNanos() == 0 ? 0.0 : -host.clockOffsetNanos() / 1e9,
        values.latest(CPU_MEAN),
        values.latest(CPU_MAX),
        values.latest(LOAD),
        values.latest(MEMORY_USED),
        values.latest(MEMORY_AVAILABLE),
        gpus(host, fresh),
        ports(host, fresh),
        parts.checks(host),
        parts.differences(host));
  }

  /// How old a value may be: three of the agent's rounds.
  private static int freshSeconds(Host host) {
    double rounds = Math.ceil(3 * host.usualGapSeconds());
    return (int) Math.clamp(rounds, Window.FRESH_SECONDS, MOST_FRESH_SECONDS);
  }

  private HostView.State state(Host host, double age, int fresh) {
    IncidentKind kind = faults.of(host.name(), Table.HOST_SUBJECT);
    if (kind == IncidentKind.HOST_SILENT) {
      return HostView.State.SILENT;
    }
    if (host.stoppedNanos() != 0) {
      return HostView.State.STOPPED;
    }
    if (age > Math.max(HEARD_SECONDS, 2.0 * fresh)) {
      return HostView.State.UNKNOWN;
    }
    return kind == IncidentKind.HOST_SLOW ? HostView.State.SLOW : HostView.State.OK;
  }

  /// The GPUs that have samples, and those of which only a rank or an event speaks.
  private List<GpuView> gpus(Host host, int fresh) {
    var views = new ArrayList<GpuView>();
    Set<String> sampled = new HashSet<>();
    for (int place : gpus.getOrDefault(host.name(), List.of())) {
      Watched gpu = window.subjects(Table.GPU).get(place);
      sampled.add(gpu.subject());
      views.add(gpu(gpu, new Values(window, place, fresh)));
    }
    for (Seats.Seat seat : seats.of(host.name())) {
      if (sampled.add(seat.subject())) {
        views.add(unsampled(host.name(), seat.subject(), seat));
      }
    }
    for (String subject : faults.gpus(host.name())) {
      if (sampled.add(subject)) {
        views.add(unsampled(host.name(), subject, null));
      }
    }
    dropReplaced(views);
    views.sort(BY_INDEX);
    return views;
  }

  /// A GPU that is silent, of which nothing is wrong and whose place another has taken, is gone.
  private static void dropReplaced(List<GpuView> views) {
    Set<Integer> taken = new HashSet<>();
    for (GpuView view : views) {
      if (view.state() != GpuView.State.UNKNOWN && view.index() != null) {
        taken.add(view.index());
      }
    }
    views.removeIf(view ->
        view.state() == GpuView.State.UNKNOWN
            && (view.index() == null ? !taken.isEmpty() : taken.contains(view.index())));
  }

  private GpuView gpu(Watched gpu, Values values) {
    Double age = values.age(TEMPERATURE, UTILIZATION, CLOCK, POWER);
    Seats.Seat seat = seats.at(gpu.host(), gpu.subject());
    return new GpuView(
        gpu.subject(),
        index(window, gpu.host(), gpu.subject()),
        state(faults.of(gpu.host(), gpu.subject()), values.fresh(age)),
        values.latest(TEMPERATURE),
        values.latest(UTILIZATION),
        values.latest(CLOCK),
        values.latest(POWER),
        values.latest(MEMORY),
        throttles(values.latest(REASONS)),
        seat == null ? job(gpu) : seat.job(),
        seat == null ? rank(gpu) : (Integer) seat.rank().rank(),
        age);
  }

  /// The job that its server's agent sees on a GPU of which no training process speaks; null where
  /// there is none, or more than one.
  private @Nullable JobUse use(Watched gpu) {
    List<JobUse> uses =
        window.gpuJobs(gpu.host(), gpu.subject()).stream()
            .map(JobUses::use)
            .filter(Objects::nonNull)
            .toList();
    return uses.size() == 1 ? uses.getFirst() : null;
  }

  private @Nullable String job(Watched gpu) {
    JobUse use = use(gpu);
    return use == null ? null : use.job();
  }

  private @Nullable Integer rank(Watched gpu) {
    JobUse use = use(gpu);
    return use == null || use.ranks().isEmpty() ? null : use.ranks().getFirst();
  }

  private GpuView unsampled(String host, String subject, Seats.@Nullable Seat seat) {
    return new GpuView(
        subject,
        index(window, host, subject),
        state(faults.of(host, subject), seat != null && seat.live()),
        null,
        null,
        null,
        null,
        null,
        List.of(),
        seat == null ? null : seat.job(),
        seat == null ? null : seat.rank().rank(),
        null);
  }

  private static GpuView.State state(@Nullable IncidentKind kind, boolean heard) {
    return switch (kind) {
      case GPU_SLOW -> GpuView.State.SLOW;
      case GPU_THROTTLED, GPU_DEGRADED -> GpuView.State.HELD;
      case GPU_FAILING, GPU_LOST -> GpuView.State.FAULTY;
      case null, default -> heard ? GpuView.State.OK : GpuView.State.UNKNOWN;
    };
  }

  private static List<String> throttles(@Nullable Double reasons) {
    return reasons == null
        ? List.of()
        : ClockReason.faults(reasons.intValue()).stream().map(ClockReason::words).toList();
  }

  /// The driver's index of a GPU; null when it is not known.
  ///
  /// @param subject a UUID, or `gpu/3` where nothing else is known
  static @Nullable Integer index(Window window, String host, String subject) {
    String index =
        subject.startsWith("gpu/") ? subject.substring(4) : window.gpuIndex(host, subject);
    return index != null && index.matches("[0-9]{1,3}") ? Integer.valueOf(index) : null;
  }

  private List<PortView> ports(Host host, int fresh) {
    var views = new ArrayList<PortView>();
    for (int place : ports.getOrDefault(host.name(), List.of())) {
      Watched port = window.subjects(Table.PORT).get(place);
      views.add(port(port, new Values(window, place, fresh)));
    }
    views.sort(Comparator.comparing(PortView::id, NaturalOrder.TEXT));
    return views;
  }

  private PortView port(Watched port, Values values) {
    Double age = values.age(UP);
    Double up = values.latest(UP);
    LinkHistory link = window.link(values.subject());
    return new PortView(
        port.subject(),
        portState(faults.of(port.host(), port.subject()), values.fresh(age)),
        up == null ? null : up > 0.5,
        values.latest(RATE),
        values.rate(RECEIVED),
        values.rate(TRANSMITTED),
        link == null ? null : (int) link.changes().stream().filter(one -> !one.up()).count(),
        values.grown(SYMBOL_ERROR, 60),
        age);
  }

  private static PortView.State portState(@Nullable IncidentKind kind, boolean heard) {
    if (kind == IncidentKind.PORT_FLAPPING) {
      return PortView.State.FLAPPING;
    }
    if (kind == IncidentKind.PORT_DOWN) {
      return PortView.State.DOWN;
    }
    return heard ? PortView.State.OK : PortView.State.UNKNOWN;
  }
}
