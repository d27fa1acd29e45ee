/// What the agent costs its server, and what it gives up when that is too much.
@NullMarked
package io.lockstep.agent.budget;

import org.jspecify.annotations.NullMarked;
