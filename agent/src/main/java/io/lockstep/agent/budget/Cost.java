package io.lockstep.agent.budget;

/// What this process has cost so far, or costs now. −1 is unknown: nothing is said of it then.
///
/// @param cpuNanos processor time since its start, user and system, nanoseconds
/// @param residentBytes resident memory, pages that it shares with others included
/// @param proportionalBytes proportional memory (Pss): shared pages by their part
/// @param threads of the kernel
/// @param handles open file descriptors
/// @param writtenBytes that it made the kernel write to disks since its start
public record Cost(
    long cpuNanos,
    long residentBytes,
    long proportionalBytes,
    long threads,
    long handles,
    long writtenBytes) {}
