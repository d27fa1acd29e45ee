@NullMarked
package io.lockstep.agent;

import org.jspecify.annotations.NullMarked;
