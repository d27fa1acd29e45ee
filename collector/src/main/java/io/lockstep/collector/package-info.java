/// The collector: receive, window, detect, alert, state, store, http; [Main] joins them.
@NullMarked
package io.lockstep.collector;

import org.jspecify.annotations.NullMarked;
