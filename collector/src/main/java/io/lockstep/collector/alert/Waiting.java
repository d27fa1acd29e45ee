package io.lockstep.collector.alert;

import io.lockstep.collector.detect.SubjectKey;

/// An alert that an event began and that has not fired yet. The event is acknowledged and will not
/// come again, so this must outlive a restart.
///
/// @param subject what it is about
/// @param alert pending
public record Waiting(SubjectKey subject, Alert alert) {}
