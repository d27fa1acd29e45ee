package io.lockstep.agent.doctor;

import io.lockstep.agent.sample.Timex;
import java.io.IOException;

/// Whether the kernel's clock is kept by NTP or PTP. Times of different servers are compared.
final class ClockCheck {
  private static final String MEND =
      "chronyc tracking, or timedatectl; a container shares its server's clock";

  private ClockCheck() {}

  static Diagnosis of() {
    try {
      Timex timex = Timex.read();
      long millis = Math.round(timex.estimatedSeconds() * 1e3);
      return timex.synchronizedNow()
          ? Diagnosis.good("clock", "synchronized, estimated error " + millis + " ms")
          : Diagnosis.warning("clock", "not synchronized, as far as the kernel knows", MEND);
    } catch (IOException e) {
      return Diagnosis.warning("clock", "can't be asked: " + e.getMessage(), MEND);
    }
  }
}
