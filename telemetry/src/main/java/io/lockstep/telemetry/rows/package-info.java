/// What a received batch says, as rows of the contract's tables: the way from OTLP points to store
/// and window.
@NullMarked
package io.lockstep.telemetry.rows;

import org.jspecify.annotations.NullMarked;
