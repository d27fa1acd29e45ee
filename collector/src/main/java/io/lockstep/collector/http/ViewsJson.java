package io.lockstep.collector.http;

import io.lockstep.collector.detect.JobUse;
import io.lockstep.collector.http.IncidentView.AlertView;
import io.lockstep.collector.http.IncidentView.DeliveryView;
import io.lockstep.collector.notify.SinkStatus;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/// The views as REST answers. Names are those of the records' components.
final class ViewsJson {
  private ViewsJson() {}

  static Buffer cluster(Snapshot snapshot) {
    ClusterView cells = snapshot.cells();
    Headline headline = Headline.of(snapshot);
    return JsonText.object(json ->
        json.text("cluster", cells.cluster())
            .time("time", cells.time())
            .text("headline", headline.text())
            .text("mood", headline.mood().label())
            .nested("memory", memory -> memory(memory, snapshot.memory()))
            .list("hosts", cells.hosts(), ViewsJson::host));
  }

  private static void memory(JsonText json, MemoryView memory) throws IOException {
    json.text("state", memory.state())
        .time("started", memory.started())
        .time("since", memory.since())
        .time("pastSince", memory.pastSince())
        .text("reason", memory.reason())
        .list(
            "cannotTell",
            memory.cannotTell(),
            (out, one) ->
                out.text("detector", one.detector())
                    .text("what", one.what())
                    .time("from", one.from()))
        .text("words", memory.words());
  }

  static Buffer oneHost(HostView host) {
    return JsonText.object(json -> {
      host(json, host);
      json.list("checks", host.checks(), ViewsJson::check)
          .list("differences", host.differences(), ViewsJson::difference);
    });
  }

  static Buffer jobs(List<JobView> jobs) {
    return JsonText.object(json ->
        json.list(
            "jobs",
            jobs,
            (out, job) -> {
              job(out, job);
              out.list("steps", job.steps(), ViewsJson::step);
            }));
  }

  static Buffer incidents(List<IncidentView> incidents) {
    return JsonText.object(json -> json.list("incidents", incidents, ViewsJson::incident));
  }

  static Buffer oneIncident(IncidentView incident) {
    return JsonText.object(json -> incident(json, incident));
  }

  private static void host(JsonText json, HostView host) throws IOException {
    json.text("host", host.host())
        .text("state", host.state().label())
        .number("ageSeconds", host.ageSeconds())
        .number("clockOffsetSeconds", host.clockOffsetSeconds())
        .number("cpuMean", host.cpuMean())
        .number("cpuMax", host.cpuMax())
        .number("load1m", host.load1m())
        .number("memoryUsedBytes", host.memoryUsedBytes())
        .number("memoryAvailableBytes", host.memoryAvailableBytes())
        .list("gpus", host.gpus(), ViewsJson::gpu)
        .list("ports", host.ports(), ViewsJson::port);
  }

  private static void gpu(JsonText json, GpuView gpu) throws IOException {
    json.text("id", gpu.id())
        .number("index", gpu.index())
        .text("state", gpu.state().label())
        .number("temperatureCelsius", gpu.temperatureCelsius())
        .number("utilization", gpu.utilization())
        .number("clockHertz", gpu.clockHertz())
        .number("powerWatts", gpu.powerWatts())
        .number("memoryUsedBytes", gpu.memoryUsedBytes())
        .strings("throttles", gpu.throttles())
        .text("job", gpu.job())
        .number("rank", gpu.rank())
        .number("ageSeconds", gpu.ageSeconds());
  }

  private static void check(JsonText json, CheckView check) throws IOException {
    json.text("name", check.name())
        .text("state", check.state().label())
        .time("since", check.since())
        .text("output", check.output())
        .number("ageSeconds", check.ageSeconds());
  }

  private static void difference(JsonText json, DifferenceView difference) throws IOException {
    json.text("item", difference.item())
        .flag("declared", difference.declared())
        .text("expected", difference.expected())
        .text("found", difference.found())
        .text("words", difference.words())
        .time("since", difference.since());
  }

  private static void port(JsonText json, PortView port) throws IOException {
    json.text("id", port.id())
        .text("state", port.state().label())
        .flag("up", port.up())
        .number("rateBytesPerSecond", port.rateBytesPerSecond())
        .number("receivedBytesPerSecond", port.receivedBytesPerSecond())
        .number("transmittedBytesPerSecond", port.transmittedBytesPerSecond())
        .number("timesDown", port.timesDown())
        .number("symbolErrors", port.symbolErrors())
        .number("ageSeconds", port.ageSeconds());
  }

  /// Everything of a job but its steps, of which the live stream sends only the new ones.
  static void job(JsonText json, JobView job) throws IOException {
    json.text("job", job.job())
        .text("attempt", job.attempt())
        .number("iteration", job.iteration())
        .number("ranks", job.ranks())
        .number("reportingRanks", job.reportingRanks())
        .text("cannotTell", job.cannotTell())
        .number("ageSeconds", job.ageSeconds())
        .list(
            "slow",
            job.slow(),
            (out, rank) ->
                out.number("rank", rank.rank())
                    .text("host", rank.host())
                    .text("gpu", rank.gpu())
                    .number("index", rank.index())
                    .number("ownSeconds", rank.ownSeconds())
                    .number("peerSeconds", rank.peerSeconds()))
        .strings("incidents", job.incidents());
  }

  static void step(JsonText json, JobView.Step step) throws IOException {
    json.number("iteration", step.iteration())
        .time("ended", step.ended())
        .number("seconds", step.seconds());
  }

  static void incident(JsonText json, IncidentView incident) throws IOException {
    json.text("id", incident.id())
        .text("cluster", incident.cluster())
        .text("kind", incident.kind())
        .text("host", incident.host())
        .text("subject", incident.subject())
        .text("severity", incident.severity())
        .text("action", incident.action())
        .text("state", incident.state())
        .time("onset", incident.onset())
        .time("opened", incident.opened())
        .time("resolved", incident.resolved())
        .text("title", incident.title())
        .text("summary", incident.summary())
        .list(
            "evidence",
            incident.evidence(),
            (out, item) -> out.text("name", item.name()).number("value", item.value()))
        .list("jobs", incident.jobs(), ViewsJson::use)
        .text("runbook", incident.runbook())
        .list("alerts", incident.alerts(), ViewsJson::alert)
        .list("deliveries", incident.deliveries(), ViewsJson::delivery);
  }

  private static void use(JsonText json, JobUse use) throws IOException {
    json.text("system", use.system())
        .text("job", use.job())
        .text("step", use.step().isEmpty() ? null : use.step())
        .numbers(
            "ranks", use.ranks().stream().mapToInt(Integer::intValue).toArray(), use.ranks().size())
        .number("worldSize", use.worldSize() == 0 ? null : use.worldSize());
  }

  /// Which job uses which GPU.
  static Buffer placements(List<PlacementView> placements) {
    return JsonText.object(json ->
        json.list(
            "placements",
            placements,
            (out, one) -> {
              use(out, one.use());
              out.text("host", one.host())
                  .text("gpu", one.gpu())
                  .number("index", one.index())
                  .number("processes", one.processes())
                  .nested(
                      "attributes",
                      attributes -> {
                        for (var attribute : one.attributes().entrySet()) {
                          attributes.text(attribute.getKey(), attribute.getValue());
                        }
                      });
            }));
  }

  private static void delivery(JsonText json, DeliveryView delivery) throws IOException {
    json.text("sink", delivery.sink())
        .text("message", delivery.message())
        .text("event", delivery.event())
        .text("state", delivery.state())
        .number("attempts", delivery.attempts())
        .time("made", delivery.made())
        .time("changed", delivery.changed())
        .text("answer", delivery.answer());
  }

  /// How the sinks fare.
  static Buffer sinks(List<SinkStatus> sinks) {
    return JsonText.object(json -> json.list("sinks", sinks, ViewsJson::sink));
  }

  private static void sink(JsonText json, SinkStatus sink) throws IOException {
    json.text("name", sink.name())
        .text("address", sink.address())
        .text("state", sink.state().name().toLowerCase(Locale.ROOT))
        .time("since", sink.since())
        .text("lastError", sink.lastError())
        .time("lastErrorAt", sink.lastErrorAt())
        .time("lastDelivered", sink.lastDelivered())
        .number("queue", sink.queue())
        .time("oldest", sink.oldest())
        .time("nextAttempt", sink.nextAttempt());
    for (SinkStatus.Count count : SinkStatus.Count.values()) {
      json.number(count.name().toLowerCase(Locale.ROOT), sink.count(count));
    }
  }

  private static void alert(JsonText json, AlertView alert) throws IOException {
    json.text("name", alert.name())
        .text("subject", alert.subject())
        .text("state", alert.state())
        .time("onset", alert.onset())
        .time("resolved", alert.resolved())
        .text("summary", alert.summary());
  }
}
