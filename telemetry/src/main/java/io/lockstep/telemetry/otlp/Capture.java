package io.lockstep.telemetry.otlp;

import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.HttpResponse;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderProvider;
import io.opentelemetry.sdk.common.export.MessageWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/// Stands where the SDK's exporters expect a network: keeps the encoded message and says 200. An
/// exporter is given its own through [#loader()], so that many can live in one process.
final class Capture implements HttpSender {
  private byte[] message = {};

  /// What finds this sender, and nothing else, for one exporter.
  ComponentLoader loader() {
    HttpSenderProvider provider = _ -> this;
    return new ComponentLoader() {
      @Override
      public <T> Iterable<T> load(Class<T> type) {
        return type == HttpSenderProvider.class ? List.of(type.cast(provider)) : List.of();
      }
    };
  }

  /// The message of the last export.
  byte[] message() {
    return message;
  }

  @Override
  public void send(
      MessageWriter writer, Consumer<HttpResponse> onResponse, Consumer<Throwable> onError) {
    var out = new ByteArrayOutputStream(Math.max(64, writer.getContentLength()));
    try {
      writer.writeMessage(out);
    } catch (IOException e) {
      onError.accept(e);
      return;
    }
    message = out.toByteArray();
    onResponse.accept(new Accepted());
  }

  @Override
  public CompletableResultCode shutdown() {
    return CompletableResultCode.ofSuccess();
  }

  private static final class Accepted implements HttpResponse {
    @Override
    public int getStatusCode() {
      return 200;
    }

    @Override
    public String getStatusMessage() {
      return "OK";
    }

    @Override
    public byte[] getResponseBody() {
      return new byte[0];
    }
  }
}
