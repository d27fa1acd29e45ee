/// The way to the time series store: line protocol, and QuestDB as a child process.
@NullMarked
package io.lockstep.collector.store;

import org.jspecify.annotations.NullMarked;
