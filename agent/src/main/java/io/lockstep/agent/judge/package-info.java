/// Judges the rules over the agent's own samples, so that this server is known to be well or not
/// when no collector hears it, and before a job starts on it.
@NullMarked
package io.lockstep.agent.judge;

import org.jspecify.annotations.NullMarked;
