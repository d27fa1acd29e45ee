/// Tests of the simulator: what it says is read back from its bytes, as a collector reads them.
@NullMarked
package io.lockstep.simulator;

import org.jspecify.annotations.NullMarked;
