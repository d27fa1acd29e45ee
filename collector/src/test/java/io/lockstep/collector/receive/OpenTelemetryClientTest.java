package io.lockstep.collector.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collector.receive.Intake.Answer;
import io.lockstep.telemetry.config.Listen;
import io.lockstep.telemetry.otlp.Signal;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.exporter.otlp.metrics.OtlpGrpcMetricExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the OpenTelemetry SDK for Java sends over gRPC.
class OpenTelemetryClientTest {
  private static final String TOKEN = "rack-token-0123456789";

  @TempDir Path folder;

  private static void assertDone(CompletableResultCode code) {
    assertThat(code.join(20, TimeUnit.SECONDS).isSuccess()).as("%s", code).isTrue();
  }

  private static SdkMeterProvider meters(OtlpGrpcMetricExporter exporter) {
    return SdkMeterProvider.builder()
        .registerMetricReader(
            PeriodicMetricReader.builder(exporter).setInterval(Duration.ofHours(1)).build())
        .build();
  }

  private static String url(Rig rig) {
    return "http://127.0.0.1:" + rig.receiver.grpcPort();
  }

  @Test
  void sendsMetricsLogsAndSpansOverTlsWithATokenAndGzip() throws Exception {
    var certificate = SelfSigned.in(folder);
    Listen tls = certificate.listen();
    Path tokens = Files.writeString(folder.resolve("tokens"), "rack prod * " + TOKEN);
    var listen = new Listen(tls.address(), tls.tlsCertFile(), tls.tlsKeyFile(), tokens, false);
    try (var rig = new Rig(Rig.config(listen))) {
      String url = "https://localhost:" + rig.receiver.grpcPort();
      List<byte[]> bodies = new CopyOnWriteArrayList<>();
      rig.ears.listener = bodies::add;
      var metrics =
          OtlpGrpcMetricExporter.builder()
              .setEndpoint(url)
              .setTrustedCertificates(certificate.pem())
              .addHeader("authorization", "Bearer " + TOKEN)
              .setCompression("gzip")
              .build();
      try (var provider = meters(metrics)) {
        var counter = provider.get("test").counterBuilder("widgets").build();
        counter.add(7, Attributes.of(AttributeKey.stringKey("color"), "red"));
        assertDone(provider.forceFlush());
      }
      var points =
          ExportMetricsServiceRequest.parseFrom(bodies.getFirst())
              .getResourceMetrics(0)
              .getScopeMetrics(0)
              .getMetrics(0)
              .getSum();
      assertThat(points.getDataPoints(0).getAsInt()).isEqualTo(7);
      var logs =
          OtlpGrpcLogRecordExporter.builder()
              .setEndpoint(url)
              .setTrustedCertificates(certificate.pem())
              .addHeader("authorization", "Bearer " + TOKEN)
              .build();
      try (var provider =
          SdkLoggerProvider.builder()
              .addLogRecordProcessor(SimpleLogRecordProcessor.create(logs))
              .build()) {
        provider.get("test").logRecordBuilder().setSeverity(Severity.WARN).setBody("hot").emit();
        assertDone(provider.forceFlush());
      }
      var spans =
          OtlpGrpcSpanExporter.builder()
              .setEndpoint(url)
              .setTrustedCertificates(certificate.pem())
              .addHeader("authorization", "Bearer " + TOKEN)
              .build();
      try (var provider =
          SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(spans)).build()) {
        provider.get("test").spanBuilder("step").startSpan().end();
        assertDone(provider.forceFlush());
      }
      assertThat(rig.ears.heard)
          .extracting(Ears.Heard::signal)
          .contains(Signal.METRICS, Signal.LOGS, Signal.TRACES);
      assertThat(rig.ears.heard).allMatch(one -> one.sender().cluster().equals("prod"));
      assertThat(rig.count("lockstep_receive_refused_total")).isZero();
    }
  }

  @Test
  void comesAgainWhenItIsToldTo() throws Exception {
    try (var rig = new Rig(Rig.config())) {
      var calls = new AtomicInteger();
      rig.ears.answers =
          () ->
              CompletableFuture.<Answer>completedFuture(
                  calls.incrementAndGet() == 1
                      ? new Answer.Later(Duration.ofMillis(200), "the store is behind")
                      : Ears.STORED);
      var exporter = OtlpGrpcMetricExporter.builder().setEndpoint(url(rig)).build();
      try (var provider = meters(exporter)) {
        provider.get("test").counterBuilder("widgets").build().add(1);
        assertDone(provider.forceFlush());
      }
      assertThat(calls.get()).isGreaterThanOrEqualTo(2);
      assertThat(rig.count("lockstep_receive_refused_total", "reason", "later")).isEqualTo(1);
    }
  }

  @Test
  void isAnsweredOnlyWhenTheIntakeHasIt() throws Exception {
    try (var rig = new Rig(Rig.config())) {
      var stored = new CompletableFuture<Answer>();
      rig.ears.answers = () -> (CompletionStage<Answer>) stored;
      var exporter = OtlpGrpcMetricExporter.builder().setEndpoint(url(rig)).build();
      try (var provider = meters(exporter)) {
        provider.get("test").counterBuilder("widgets").build().add(1);
        var flushed = provider.forceFlush();
        Rig.await(() -> rig.ears.heard.size() == 1);
        assertThat(flushed.isDone()).isFalse();
        stored.complete(Ears.STORED);
        assertDone(flushed);
      }
    }
  }
}
