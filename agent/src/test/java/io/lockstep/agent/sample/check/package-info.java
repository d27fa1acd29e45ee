@NullMarked
package io.lockstep.agent.sample.check;

import org.jspecify.annotations.NullMarked;
