/// Knowledge as data: rule rows with their evaluator, and the widths of InfiniBand counters.
@NullMarked
package io.lockstep.telemetry.rules;

import org.jspecify.annotations.NullMarked;
