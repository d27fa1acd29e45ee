/// NVML in a process of its own: what crashes there costs a few seconds of GPU values, not the
/// agent.
@NullMarked
package io.lockstep.agent.sample.isolated;

import org.jspecify.annotations.NullMarked;
