package io.lockstep.collector.state;

/// What is sent to people's tools about one change of an incident; the same for every sink.
///
/// @param id fixed when it is made: the same however often and to whomever it is sent
/// @param body what is sent, to the letter
public record Message(String id, String body) {}
