@NullMarked
package io.lockstep.telemetry.rules;

import org.jspecify.annotations.NullMarked;
