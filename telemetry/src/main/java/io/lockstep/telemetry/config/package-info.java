/// YAML files read into records, and the address that every listener shares.
@NullMarked
package io.lockstep.telemetry.config;

import org.jspecify.annotations.NullMarked;
