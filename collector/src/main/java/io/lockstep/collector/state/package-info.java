/// The collector's own state in one SQLite file with one writer.
@NullMarked
package io.lockstep.collector.state;

import org.jspecify.annotations.NullMarked;
