/// OTLP on the wire: the reader over a request's bytes, the writer through the OpenTelemetry SDK,
/// batch ids.
@NullMarked
package io.lockstep.telemetry.otlp;

import org.jspecify.annotations.NullMarked;
