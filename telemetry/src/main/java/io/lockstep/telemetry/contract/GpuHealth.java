package io.lockstep.telemetry.contract;

/// What a GPU itself says is wrong: the bits of the column `gpu.health`.
public enum GpuHealth {
  /// The SRAM has had more uncorrected errors than NVIDIA's threshold.
  SRAM_WORN(0x1),
  /// A bank of memory has no spare row left.
  ROWS_USED_UP(0x2),
  /// A page of memory is to be retired at the next reset.
  PAGES_PENDING(0x4),
  /// The checksum of the InfoROM is wrong.
  INFOROM_CORRUPTED(0x8),
  /// A route in the NVLink fabric is unhealthy.
  FABRIC_ROUTE(0x10),
  /// There is less bandwidth into the fabric than there should be.
  FABRIC_BANDWIDTH(0x20),
  /// The fabric is configured wrongly for this GPU.
  FABRIC_CONFIGURATION(0x40),
  /// Registration with the fabric has failed.
  FABRIC_REGISTRATION(0x80);

  private final int bit;

  GpuHealth(int bit) {
    this.bit = bit;
  }

  /// Its bit.
  public int bit() {
    return bit;
  }
}
