/// Grafana dashboards as code: a panel is one row here, Grafana's JSON is made from it.
@NullMarked
package io.lockstep.dashboards;

import org.jspecify.annotations.NullMarked;
