/// The command `lockstep`: its subcommands, `up`, `demo`, and the tests that need agent and
/// collector together.
@NullMarked
package io.lockstep.launcher;

import org.jspecify.annotations.NullMarked;
