/// Takes telemetry from the training processes on this server.
@NullMarked
package io.lockstep.agent.listen;

import org.jspecify.annotations.NullMarked;
