/// Keeps every batch on disk until the collector has acknowledged it.
@NullMarked
package io.lockstep.agent.spool;

import org.jspecify.annotations.NullMarked;
