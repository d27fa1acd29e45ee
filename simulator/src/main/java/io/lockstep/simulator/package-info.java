/// A made-up training cluster of any size, from a seed, with faults to order: what its servers and
/// ranks would send, and senders that speak the agents' protocol.
@NullMarked
package io.lockstep.simulator;

import org.jspecify.annotations.NullMarked;
