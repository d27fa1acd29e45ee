/// What lasts: alerts with patience and keep, and incidents with one cause each.
@NullMarked
package io.lockstep.collector.alert;

import org.jspecify.annotations.NullMarked;
