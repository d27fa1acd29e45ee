/// What a server should have, against what it has.
@NullMarked
package io.lockstep.agent.sample.inventory;

import org.jspecify.annotations.NullMarked;
