@NullMarked
package io.lockstep.collector.window;

import org.jspecify.annotations.NullMarked;
