/// What a process says to the service manager that started it.
@NullMarked
package io.lockstep.telemetry.systemd;

import org.jspecify.annotations.NullMarked;
