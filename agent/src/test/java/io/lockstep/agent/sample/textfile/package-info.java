@NullMarked
package io.lockstep.agent.sample.textfile;

import org.jspecify.annotations.NullMarked;
