@NullMarked
package io.lockstep.agent.budget;

import org.jspecify.annotations.NullMarked;
