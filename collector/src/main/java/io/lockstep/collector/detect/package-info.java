/// Looks for faults in the window. The same window always gives the same verdicts.
@NullMarked
package io.lockstep.collector.detect;

import org.jspecify.annotations.NullMarked;
