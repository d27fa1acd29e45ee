@NullMarked
package io.lockstep.agent.sample.nvml;

import org.jspecify.annotations.NullMarked;
