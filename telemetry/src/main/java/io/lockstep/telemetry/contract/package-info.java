/// Every metric, event and attribute that Lockstep knows: name, unit, kind, help, row and column,
/// once.
@NullMarked
package io.lockstep.telemetry.contract;

import org.jspecify.annotations.NullMarked;
