/// `lockstep doctor`: what the agent can read on this server and what it can't, and how to mend it.
@NullMarked
package io.lockstep.agent.doctor;

import org.jspecify.annotations.NullMarked;
