/// Prometheus text and JSON of samples.
@NullMarked
package io.lockstep.telemetry.exposition;

import org.jspecify.annotations.NullMarked;
