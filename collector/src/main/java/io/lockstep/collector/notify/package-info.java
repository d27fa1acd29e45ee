/// Tells people's tools of incidents: at least once, always with the same id.
@NullMarked
package io.lockstep.collector.notify;

import org.jspecify.annotations.NullMarked;
