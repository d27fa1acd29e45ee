@NullMarked
package io.lockstep.agent.judge;

import org.jspecify.annotations.NullMarked;
