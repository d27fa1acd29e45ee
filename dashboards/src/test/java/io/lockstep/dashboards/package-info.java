@NullMarked
package io.lockstep.dashboards;

import org.jspecify.annotations.NullMarked;
