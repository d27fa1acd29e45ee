/// Sends batches to the collector: what is new at once, what could not be sent from the spool.
@NullMarked
package io.lockstep.agent.send;

import org.jspecify.annotations.NullMarked;
