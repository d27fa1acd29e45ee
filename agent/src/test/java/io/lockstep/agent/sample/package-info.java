/// Samplers on captured trees.
@NullMarked
package io.lockstep.agent.sample;

import org.jspecify.annotations.NullMarked;
