@NullMarked
package io.lockstep.agent.batch;

import org.jspecify.annotations.NullMarked;
