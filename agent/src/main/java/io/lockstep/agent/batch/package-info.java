/// Runs the samplers in rounds and makes one OTLP request of what they read in one tick.
@NullMarked
package io.lockstep.agent.batch;

import org.jspecify.annotations.NullMarked;
