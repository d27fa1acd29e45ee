package io.lockstep.telemetry.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceNoticeTest {
  private static final long PID = 4711;

  @TempDir Path folder;

  @Test
  void saysThatItIsReadyLivesAndStops() throws Throwable {
    String address = folder.resolve("notify").toString();
    var environment = Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", "20000");
    try (var inbox = new Inbox(address)) {
      var notice = ServiceNotice.of(environment, PID);
      notice.ready(() -> true);
      assertThat(inbox.next()).isEqualTo("READY=1");
      for (int i = 0; i < 5; i++) {
        assertThat(inbox.next()).isEqualTo("WATCHDOG=1");
      }
      notice.close();
      notice.close();
      String said = inbox.next();
      while (said.equals("WATCHDOG=1")) {
        said = inbox.next();
      }
      assertThat(said).isEqualTo("STOPPING=1");
    }
  }

  @Test
  void saysThatItReloadsAndIsReadyAgainOfWhomItThenIs() throws Throwable {
    String address = folder.resolve("notify").toString();
    var environment = Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", "20000");
    try (var inbox = new Inbox(address);
        var notice = ServiceNotice.of(environment, PID)) {
      notice.ready(() -> false);
      assertThat(inbox.next()).isEqualTo("READY=1");
      notice.reloading();
      assertThat(inbox.next()).matches("RELOADING=1\nMONOTONIC_USEC=[0-9]+");
      notice.ready(() -> true);
      assertThat(inbox.next()).isEqualTo("READY=1");
      assertThat(inbox.next()).isEqualTo("WATCHDOG=1");
    }
  }

  @Test
  void speaksToANameThatHasNoFile() throws Throwable {
    String address = "@lockstep-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    try (var inbox = new Inbox(address)) {
      var notice = ServiceNotice.of(Map.of("NOTIFY_SOCKET", address), PID);
      notice.ready(() -> true);
      notice.close();
      assertThat(inbox.next()).isEqualTo("READY=1");
      assertThat(inbox.next()).isEqualTo("STOPPING=1");
    }
  }

  @Test
  void saysNothingWhileTheWorkStandsStill() throws Throwable {
    String address = folder.resolve("notify").toString();
    var environment = Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", "2000");
    var lives = new AtomicBoolean(false);
    var asked = new Semaphore(0);
    try (var inbox = new Inbox(address);
        var notice = ServiceNotice.of(environment, PID)) {
      notice.ready(() -> {
        asked.release();
        return lives.get();
      });
      assertThat(inbox.next()).isEqualTo("READY=1");
      asked.acquire(10);
      assertThat(inbox.waiting()).isEmpty();
      lives.set(true);
      assertThat(inbox.next()).isEqualTo("WATCHDOG=1");
    }
  }

  @Test
  void leavesAnotherProcessesWatchdogAlone() throws Throwable {
    String address = folder.resolve("notify").toString();
    var environment =
        Map.of("NOTIFY_SOCKET", address, "WATCHDOG_USEC", "2000", "WATCHDOG_PID", "4712");
    try (var inbox = new Inbox(address)) {
      var notice = ServiceNotice.of(environment, PID);
      notice.ready(() -> {
        throw new AssertionError("asked");
      });
      notice.close();
      assertThat(inbox.next()).isEqualTo("READY=1");
      assertThat(inbox.next()).isEqualTo("STOPPING=1");
    }
  }

  @Test
  void goesOnWhenNobodyListens() throws Exception {
    var environment =
        Map.of("NOTIFY_SOCKET", folder.resolve("none").toString(), "WATCHDOG_USEC", "2000");
    var asked = new CountDownLatch(3);
    try (var notice = ServiceNotice.of(environment, PID)) {
      notice.ready(() -> {
        asked.countDown();
        return true;
      });
      asked.await();
    }
    var nobody = new Datagrams(folder.resolve("none").toString());
    assertThatThrownBy(() -> nobody.send("READY=1"))
        .isInstanceOf(IOException.class)
        .hasMessage("sendto failed with errno 2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"vsock:2:1234", "@", "relative", "/"})
  void refusesAnAddressThatIsNone(String address) {
    assertThatThrownBy(() -> new Datagrams(address))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("\"" + address + "\"");
    // and the service runs all the same
    ServiceNotice.of(Map.of("NOTIFY_SOCKET", address), PID).ready(() -> true);
  }

  @Test
  void refusesAnAddressThatIsTooLong() {
    assertThatThrownBy(() -> new Datagrams("/" + "x".repeat(107)))
        .hasMessageContaining("2 to 107 bytes");
  }
}
