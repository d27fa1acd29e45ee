@NullMarked
package io.lockstep.collector.detect;

import org.jspecify.annotations.NullMarked;
