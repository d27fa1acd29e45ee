/// The last ten minutes in memory: plain Java, no clock, no thread, no I/O.
@NullMarked
package io.lockstep.collector.window;

import org.jspecify.annotations.NullMarked;
