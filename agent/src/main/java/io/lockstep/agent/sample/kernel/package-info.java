/// The kernel's log: what it tells of broken parts, sent the moment it is written.
@NullMarked
package io.lockstep.agent.sample.kernel;

import org.jspecify.annotations.NullMarked;
