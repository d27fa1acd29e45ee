@NullMarked
package io.lockstep.collector.alert;

import org.jspecify.annotations.NullMarked;
