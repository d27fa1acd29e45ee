/// What operators see: health, metrics, REST, the page and its live events.
@NullMarked
package io.lockstep.collector.http;

import org.jspecify.annotations.NullMarked;
