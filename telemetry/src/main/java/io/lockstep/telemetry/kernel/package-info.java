/// What the kernel's log tells of broken parts: recognized lines, and what NVIDIA's XIDs and SXids
/// mean. Plain text in, records out; no clock, no files but the catalogues.
@NullMarked
package io.lockstep.telemetry.kernel;

import org.jspecify.annotations.NullMarked;
