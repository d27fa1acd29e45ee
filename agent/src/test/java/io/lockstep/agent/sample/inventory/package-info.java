@NullMarked
package io.lockstep.agent.sample.inventory;

import org.jspecify.annotations.NullMarked;
