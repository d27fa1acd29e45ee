package io.lockstep.agent.sample;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import java.io.IOException;

/// What the kernel knows of how well its clock is kept
/// ([adjtimex(2)](https://man7.org/linux/man-pages/man2/adjtimex.2.html)), asked without changing
/// anything: that needs no privilege, but a sandbox may forbid it.
///
/// @param synchronizedNow whether NTP or PTP keeps it
/// @param offsetSeconds by how much it is still corrected
/// @param estimatedSeconds how wrong it is, estimated
/// @param maxSeconds how wrong it can be at most
public record Timex(
    boolean synchronizedNow, double offsetSeconds, double estimatedSeconds, double maxSeconds) {
  /// `struct timex` of Linux is 208 bytes on 64 bits; room for what may come.
  private static final int BYTES = 256;

  private static final int OFFSET = 8;
  private static final int MAX_ERROR = 24;
  private static final int ESTIMATED_ERROR = 32;
  private static final int STATUS = 40;

  private static final int STA_UNSYNC = 0x40;
  private static final int STA_NANO = 0x2000;

  /// What the call returns when the clock is not synchronized.
  private static final int TIME_ERROR = 5;

  /// JNA, loaded when it is first used: a captured tree never does.
  private static final class Library {
    static final Function ADJTIMEX = NativeLibrary.getInstance("c").getFunction("adjtimex");
  }

  /// Asks the kernel.
  ///
  /// @throws IOException when it does not say
  public static Timex read() throws IOException {
    try (var timex = new Memory(BYTES)) {
      timex.clear();
      int state = Library.ADJTIMEX.invokeInt(new Object[] {timex});
      if (state < 0) {
        throw new IOException("adjtimex is not permitted");
      }
      int status = timex.getInt(STATUS);
      double unit = (status & STA_NANO) != 0 ? 1e-9 : 1e-6;
      return new Timex(
          state != TIME_ERROR && (status & STA_UNSYNC) == 0,
          timex.getLong(OFFSET) * unit,
          timex.getLong(ESTIMATED_ERROR) * 1e-6,
          timex.getLong(MAX_ERROR) * 1e-6);
    } catch (LinkageError e) {
      throw new IOException("adjtimex can't be called: " + e.getMessage(), e);
    }
  }
}
