/// The daemon on each server: samples, batches, spools, sends, and listens to training processes.
@NullMarked
package io.lockstep.agent;

import org.jspecify.annotations.NullMarked;
