package io.lockstep.telemetry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenTest {
  private static final Path FILE = Path.of("x");

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:4318,127.0.0.1,4318",
    "localhost:0,localhost,0",
    "[::1]:8470,::1,8470",
    "127.1.2.3:65535,127.1.2.3,65535"
  })
  void readsHostAndPort(String address, String host, int port) {
    Listen listen = Listen.on(address);
    assertThat(listen.host()).isEqualTo(host);
    assertThat(listen.port()).isEqualTo(port);
    assertThat(listen.loopback()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "4318",
        ":4318",
        "::1:4318",
        "[::1]",
        "[]:1",
        "a:65536",
        "a:-1",
        "a/b:1",
        "a:"
      })
  void refusesOtherAddresses(String address) {
    assertThatThrownBy(() -> Listen.on(address))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be host:port");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "monitor:1", "127.0.0.1.evil.org:1"})
  void refusesAnOpenAddressUnlessProtectedOrSaidSo(String address) {
    assertThatThrownBy(() -> Listen.on(address))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("insecure: true");
    assertThat(new Listen(address, null, null, FILE, false).loopback()).isFalse();
    assertThat(new Listen(address, FILE, FILE, null, false).tls()).isTrue();
    assertThat(new Listen(address, null, null, null, true).tls()).isFalse();
  }

  @Test
  void wantsCertificateAndKeyTogether() {
    assertThatThrownBy(() -> new Listen("localhost:1", FILE, null, null, false))
        .hasMessageContaining("go together");
  }
}
