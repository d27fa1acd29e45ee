package io.lockstep.telemetry.config;

/// A key that does not fit; [Configs] adds where it stands.
///
/// @param key the full path of the key that is meant
/// @param text what it is and what it may be, with the path
record Misfit(String key, String text) {}
