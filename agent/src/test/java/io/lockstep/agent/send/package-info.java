@NullMarked
package io.lockstep.agent.send;

import org.jspecify.annotations.NullMarked;
