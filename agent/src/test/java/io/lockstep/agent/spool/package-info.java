@NullMarked
package io.lockstep.agent.spool;

import org.jspecify.annotations.NullMarked;
