package io.lockstep.agent.sample.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// `/dev/kmsg`: each read gives one record, or waits for it. Records that were overwritten are
/// missing in the sequence. The next boot has another identity.
final class DeviceSource implements KernelSource {
  /// Above the kernel's largest record, 8 KiB with its dictionary.
  private static final int RECORD_BYTES = 16 << 10;

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private final ByteBuffer buffer = ByteBuffer.allocate(RECORD_BYTES);
  private final FileChannel channel;
  private final String identity;

  /// The last record's number.
  private long at = -1;

  private final long told;
  private long lost;

  private DeviceSource(FileChannel channel, String identity, long told) {
    this.channel = channel;
    this.identity = identity;
    this.told = told;
  }

  static DeviceSource open(Path file, KernelPlace told) throws IOException {
    String boot = Files.isReadable(BOOT_ID) ? Files.readString(BOOT_ID).strip() : "unknown";
    return new DeviceSource(
        FileChannel.open(file, StandardOpenOption.READ),
        boot,
        told.identity().equals(boot) ? told.sequence() : -1);
  }

  @Override
  public @Nullable KernelRecord next() throws IOException {
    buffer.clear();
    int length;
    try {
      length = channel.read(buffer);
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains("Broken pipe")) {
        return null; // EPIPE: overwritten; the next read gives the oldest that is left
      }
      throw e;
    }
    if (length < 0) {
      throw new IOException("the log has ended");
    }
    String text = new String(buffer.array(), 0, length, StandardCharsets.UTF_8);
    KernelRecord read = KernelRecord.of(text);
    if (read == null) {
      return null;
    }
    lost += at >= 0 ? Math.max(0, read.sequence() - at - 1) : 0;
    at = read.sequence();
    return at > told ? read : null;
  }

  @Override
  public KernelPlace place() {
    return new KernelPlace(identity, Math.max(at, told), "");
  }

  @Override
  public long lost() {
    return lost;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
