@NullMarked
package io.lockstep.collector.notify;

import org.jspecify.annotations.NullMarked;
