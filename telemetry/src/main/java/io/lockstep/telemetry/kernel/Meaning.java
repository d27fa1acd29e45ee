package io.lockstep.telemetry.kernel;

/// What an event means.
///
/// @param words in one sentence
/// @param blame whose fault it most likely is
/// @param remedy what helps
/// @param source where that is from
public record Meaning(String words, Blame blame, Remedy remedy, String source) {}
