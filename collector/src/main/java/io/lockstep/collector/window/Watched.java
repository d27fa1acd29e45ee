package io.lockstep.collector.window;

/// Something that has rows in the window: a GPU, a port, a server.
///
/// @param host the server
/// @param subject what on the server, as it stands in the store: a GPU's UUID, `mlx5_0/1`, `host`
public record Watched(String host, String subject) {}
