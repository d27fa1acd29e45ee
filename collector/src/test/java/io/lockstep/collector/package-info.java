@NullMarked
package io.lockstep.collector;

import org.jspecify.annotations.NullMarked;
