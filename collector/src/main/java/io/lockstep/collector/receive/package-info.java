/// Takes OTLP requests from agents and any other OpenTelemetry sender.
@NullMarked
package io.lockstep.collector.receive;

import org.jspecify.annotations.NullMarked;
