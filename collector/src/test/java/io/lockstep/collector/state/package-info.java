@NullMarked
package io.lockstep.collector.state;

import org.jspecify.annotations.NullMarked;
