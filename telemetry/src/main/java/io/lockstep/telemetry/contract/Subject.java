package io.lockstep.telemetry.contract;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What on a host a metric is about, and which attribute names it.
///
/// @param attribute the data point's attribute that names the subject; empty when there is one
///   subject per host
/// @param prefix what stands before the attribute's value in the store's subject column
public record Subject(String attribute, String prefix) {
  public static final Subject HOST = new Subject("", Table.HOST_SUBJECT);
  public static final Subject HARDWARE = new Subject("hw.id", "");
  public static final Subject PARENT_HARDWARE = new Subject("hw.parent", "");
  public static final Subject GPU_PART = new Subject("hw.id", "gpu/");
  public static final Subject MIG = new Subject("hw.id", "mig/");
  public static final Subject DISK = new Subject("system.device", "disk/");
  public static final Subject FILESYSTEM =
      new Subject("system.filesystem.mountpoint", "filesystem/");
  public static final Subject INTERFACE = new Subject("network.interface.name", "interface/");
  public static final Subject SAMPLER = new Subject("lockstep.agent.sampler", "sampler/");
  public static final Subject CHECK = new Subject("lockstep.check.name", "check/");
  public static final Subject INVENTORY = new Subject("lockstep.inventory.item", "inventory/");
  public static final Subject TEXTFILE = new Subject("lockstep.textfile.name", "textfile/");
  public static final Subject NVLINK = new Subject("lockstep.nvlink.id", "nvlink/");
  public static final Subject FORWARD = new Subject("lockstep.agent.forward", "forward/");
  public static final Subject RANK = new Subject("dl.rank", "rank/");

  /// The subject that these attributes name.
  ///
  /// @param attributes the value of an attribute by its name, null when it is absent
  /// @return the subject as it stands in the store; null when the naming attribute is absent
  public @Nullable String of(Function<String, @Nullable String> attributes) {
    if (attribute.isEmpty()) {
      return prefix;
    }
    String value = attributes.apply(attribute);
    return value == null ? null : prefix + value;
  }
}
