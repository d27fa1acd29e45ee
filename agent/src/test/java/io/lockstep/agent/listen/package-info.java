@NullMarked
package io.lockstep.agent.listen;

import org.jspecify.annotations.NullMarked;
