/// Site checks: executables of the site's own, with the exit codes of Nagios' plugins.
@NullMarked
package io.lockstep.agent.sample.check;

import org.jspecify.annotations.NullMarked;
