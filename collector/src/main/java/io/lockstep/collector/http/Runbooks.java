package io.lockstep.collector.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The runbooks of `docs/runbooks`, as they were when the collector was built: whoever is on call
/// has them without the way to anywhere else. They hold no data, so that they need no login.
final class Runbooks {
  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,64}");

  private Runbooks() {}

  /// Sends the text of the runbook that the path names.
  static void send(RoutingContext context) {
    String name = Objects.requireNonNull(context.pathParam("name"));
    Buffer text = NAME.matcher(name).matches() ? read(name) : null;
    if (text == null) {
      Problem.notFound("there is no runbook of this name: " + name).send(context.response());
      return;
    }
    context
        .response()
        .putHeader("Content-Type", "text/plain; charset=utf-8")
        .putHeader("Cache-Control", "no-cache")
        .end(text);
  }

  private static @Nullable Buffer read(String name) {
    try (InputStream in = Runbooks.class.getResourceAsStream("runbooks/" + name + ".md")) {
      return in == null ? null : Buffer.buffer(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
