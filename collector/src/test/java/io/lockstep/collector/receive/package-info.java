@NullMarked
package io.lockstep.collector.receive;

import org.jspecify.annotations.NullMarked;
