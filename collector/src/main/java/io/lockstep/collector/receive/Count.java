package io.lockstep.collector.receive;

import java.util.SequencedMap;

/// One number that the receiver shows of itself, for `/metrics`.
///
/// @param name as Prometheus writes it, with unit and `_total`
/// @param help one sentence
/// @param cumulative whether it only grows
/// @param labels name → value, in the order of telling; empty when there are none
/// @param value as of now
public record Count(
    String name,
    String help,
    boolean cumulative,
    SequencedMap<String, String> labels,
    long value) {}
