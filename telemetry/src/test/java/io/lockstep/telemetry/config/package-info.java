@NullMarked
package io.lockstep.telemetry.config;

import org.jspecify.annotations.NullMarked;
