package io.lockstep.simulator;

import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import java.util.ArrayList;
import java.util.List;

/// One server: what its agent would read and report, second by second. All times are nanoseconds
/// since the simulation's start.
final class ServerModel {
  /// Seconds, and a tick each.
  static final int SLOW_EVERY = 10;

  private static final double SECONDS = 1;

  private final int index;
  private final Ailments ailments;
  private final List<GpuModel> gpus = new ArrayList<>();
  private final List<PortModel> ports = new ArrayList<>();
  private final HostModel host;
  private final PartModel parts;
  private long tick;

  /// What all servers share.
  record Names(List<PortModel.Names> ports, HostModel.Names host, PartModel.Names parts) {
    Names() {
      this(PortModel.Names.all(), new HostModel.Names(), new PartModel.Names());
    }
  }

  /// One round.
  ///
  /// @param samples of all samplers
  /// @param events to be sent at once; empty when nothing happened
  record Round(List<Sample> samples, List<Occurrence> events) {}

  ServerModel(ClusterSpec spec, int index, Ailments ailments, Names names) {
    this.index = index;
    this.ailments = ailments;
    Chance chance = spec.chance().of("server").of(index);
    for (int i = 0; i < ClusterSpec.PER_SERVER; i++) {
      gpus.add(new GpuModel(spec.gpu(index, i), i, traits(spec, index, i), chance.of("gpu").of(i)));
      ports.add(new PortModel(ClusterSpec.port(i), names.ports().get(i), chance.of("port").of(i)));
    }
    host = new HostModel(names.host(), chance.of("host"));
    parts = new PartModel(names.parts(), chance.of("parts"));
  }

  static GpuTraits traits(ClusterSpec spec, int server, int gpu) {
    return GpuTraits.of(gpu, spec.chance().of("traits").of(server).of(gpu));
  }

  int index() {
    return index;
  }

  Ailments ailments() {
    return ailments;
  }

  /// How long the host was up when the simulation began, seconds.
  double uptimeAtStart() {
    return host.uptimeAtStart();
  }

  /// Lives through one second.
  ///
  /// @param nanos its end, which the samples are stamped with
  /// @param originNanos the simulation's start, Unix nanoseconds
  /// @param activities what its GPUs' ranks did in this second
  Round tick(long nanos, long originNanos, List<Activity> activities) {
    var samples = new ArrayList<Sample>(560);
    var events = new ArrayList<Occurrence>(0);
    for (int i = 0; i < gpus.size(); i++) {
      gpu(i, nanos, originNanos, activities.get(i), new Round(samples, events));
    }
    Activity mean = Activity.mean(activities);
    ports(nanos, originNanos, mean, samples, events);
    host.tick(tick, SECONDS, mean, samples);
    parts.tick(tick, SECONDS, mean);
    if (tick % SLOW_EVERY == 0) {
      gpus.stream().filter(gpu -> !gpu.lost()).forEach(gpu -> gpu.slow(samples));
      host.slow(tick, samples);
      parts.sample(tick, samples);
    }
    tick++;
    return new Round(samples, events);
  }

  private void gpu(int index, long nanos, long originNanos, Activity activity, Round round) {
    GpuModel gpu = gpus.get(index);
    long since = ailments.lostSince(index, nanos);
    if (since < 0) {
      round.events().addAll(gpu.found(originNanos + nanos));
      var trouble =
          new GpuModel.Trouble(ailments.heat(index, nanos), ailments.throttle(index, nanos));
      gpu.tick(tick, SECONDS, activity, trouble, round.samples());
    } else {
      round.events().addAll(gpu.lose(originNanos + since, originNanos + nanos));
      gpu.lostFor((nanos - since) / 1e9, round.samples());
    }
  }

  /// What a port that is down would carry goes over the others.
  private void ports(
      long nanos, long origin, Activity mean, List<Sample> samples, List<Occurrence> events) {
    var down = new boolean[ports.size()];
    int up = 0;
    for (int i = 0; i < down.length; i++) {
      down[i] = ailments.portDown(i, nanos);
      up += down[i] ? 0 : 1;
    }
    double bytes = PortModel.BYTES_PER_SECOND * mean.steps() * down.length / Math.max(1, up);
    for (int i = 0; i < down.length; i++) {
      events.addAll(ports.get(i).tick(tick, bytes, down[i], origin + nanos, samples));
    }
  }
}
