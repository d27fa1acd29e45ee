package io.lockstep.collector.http;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Something of a server that is not what the inventory says.
///
/// @param item what is compared, as in `gpu.count`
/// @param declared whether a person said what should be there; else the agent learnt it
/// @param expected what should be there; null when it was told before this collector was started
/// @param found what is there, empty when nothing is; null as above
/// @param words both in a sentence; null as above
/// @param since when that was found; null as above
record DifferenceView(
    String item,
    boolean declared,
    @Nullable String expected,
    @Nullable String found,
    @Nullable String words,
    @Nullable Instant since) {}
