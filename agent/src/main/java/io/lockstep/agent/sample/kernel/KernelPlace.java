package io.lockstep.agent.sample.kernel;

/// Up to where a log has been told.
///
/// @param identity tells this log from the one of another boot, or another file of the same name
/// @param sequence of a device, the last record's number; of a file, bytes
/// @param mark tells what stood there, so that a file that was cut and grew again is found out;
///   empty for a device
record KernelPlace(String identity, long sequence, String mark) {
  /// Before any log was read.
  static final KernelPlace NONE = new KernelPlace("", -1, "");
}
