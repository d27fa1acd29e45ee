/// Reads what the server tells: one sampler a source.
@NullMarked
package io.lockstep.agent.sample;

import org.jspecify.annotations.NullMarked;
