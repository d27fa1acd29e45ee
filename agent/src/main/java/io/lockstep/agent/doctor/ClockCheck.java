package io.lockstep.agent.doctor;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;

/// Whether the kernel's clock is kept by NTP or PTP. Times of different servers are compared.
final class ClockCheck {
  /// `struct timex` of Linux is 208 bytes on 64 bits; room for what may come.
  private static final int TIMEX_BYTES = 256;

  private static final int ESTIMATED_ERROR = 32;

  /// What `adjtimex(2)` returns when the clock is not synchronized.
  private static final int TIME_ERROR = 5;

  private ClockCheck() {}

  static Diagnosis of() {
    try (var timex = new Memory(TIMEX_BYTES)) {
      timex.clear();
      Function adjtimex = NativeLibrary.getInstance("c").getFunction("adjtimex");
      int state = adjtimex.invokeInt(new Object[] {timex});
      if (state < 0) {
        return Diagnosis.warning("clock", "the kernel does not say whether it is kept", MEND);
      }
      if (state == TIME_ERROR) {
        return Diagnosis.warning("clock", "not synchronized, as far as the kernel knows", MEND);
      }
      long microseconds = timex.getLong(ESTIMATED_ERROR);
      return Diagnosis.good(
          "clock", "synchronized, estimated error " + microseconds / 1000 + " ms");
    } catch (UnsatisfiedLinkError e) {
      return Diagnosis.warning("clock", "can't be asked: " + e.getMessage(), MEND);
    }
  }

  private static final String MEND =
      "chronyc tracking, or timedatectl; a container shares its server's clock";
}
