package io.lockstep.collector.receive;

import java.util.function.Predicate;

/// Who sends: known by its token; without tokens by its address, and on loopback the local sender.
///
/// @param name for logs and counters; the host where `host.name` is absent
/// @param cluster the cluster that everything it sends belongs to; never taken from the body
/// @param hosts which hosts it may speak for
public record Sender(String name, String cluster, Predicate<String> hosts) {}
