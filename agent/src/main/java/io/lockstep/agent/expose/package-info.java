/// What the agent shows to whoever scrapes it: the newest value of everything, under Lockstep's
/// names or under those of the exporters that it takes the place of.
@NullMarked
package io.lockstep.agent.expose;

import org.jspecify.annotations.NullMarked;
