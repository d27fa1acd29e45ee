/// A made-up cluster of any size, from a seed, with faults to order. It speaks the agents'
/// protocol.
@NullMarked
package io.lockstep.simulator;

import org.jspecify.annotations.NullMarked;
