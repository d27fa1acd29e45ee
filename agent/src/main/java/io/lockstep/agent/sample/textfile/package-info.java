/// A folder of files in Prometheus' text format, as node_exporter's textfile collector reads it.
@NullMarked
package io.lockstep.agent.sample.textfile;

import org.jspecify.annotations.NullMarked;
