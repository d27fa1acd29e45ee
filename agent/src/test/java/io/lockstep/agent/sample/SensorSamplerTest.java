package io.lockstep.agent.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.telemetry.otlp.Occurrence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SensorSamplerTest {
  private static final String CHIP = "sys/class/hwmon/hwmon1/";

  @TempDir private Path folder;
  private Tree tree;
  private SensorSampler sampler;

  @BeforeEach
  void begin() {
    tree = new Tree(folder);
    sampler = new SensorSampler(folder, SensorSampler.DEFAULT);
  }

  private Said round() throws IOException {
    return Said.of(sampler.sample(Instant.EPOCH));
  }

  private static List<String> bodies(Said said) {
    return said.events().stream().map(Occurrence::body).toList();
  }

  private void disk(String state) throws IOException {
    tree.write("sys/class/nvme/nvme0/state", state + "\n");
    tree.write("sys/class/nvme/nvme0/transport", "pcie\n");
    tree.write(CHIP + "name", "nvme\n");
    tree.write(CHIP + "temp1_input", "35850\n");
    tree.write(CHIP + "temp1_label", "Composite\n");
    tree.write(CHIP + "temp1_crit", "84850\n");
    tree.write(CHIP + "temp2_input", "-5000\n");
    if (!tree.path(CHIP + "device").toFile().exists()) {
      Files.createSymbolicLink(tree.path(CHIP + "device"), tree.path("sys/class/nvme/nvme0"));
    }
  }

  @Test
  void sensorsAreNamedByWhatTheySitOn() throws IOException {
    disk("live");
    tree.write("sys/class/hwmon/hwmon2/name", "nct6775\n");
    tree.write("sys/class/hwmon/hwmon2/fan1_input", "4200\n");
    tree.write("sys/class/hwmon/hwmon2/in0_input", "1120\n");
    tree.write("sys/class/hwmon/hwmon2/power1_input", "250000000\n");
    tree.write("sys/class/hwmon/hwmon2/power1_average", "240000000\n");
    tree.write("sys/class/hwmon/hwmon2/intrusion0_alarm", "1\n");
    tree.write("sys/class/hwmon/hwmon2/temp3_input", "20000\n");
    tree.write("sys/class/hwmon/hwmon2/temp3_label", "Core 3\n");
    assertThat(round().values())
        .isEqualTo(
            Map.of(
                "hw.temperature{hw.parent=sensor/nvme0/Composite}", 35.85,
                "hw.temperature.limit{hw.limit_type=critical,hw.parent=sensor/nvme0/Composite}",
                    84.85,
                "hw.temperature{hw.parent=sensor/nvme0/temp2}", -5.0,
                "hw.fan.speed{hw.parent=sensor/nct6775/fan1}", 4200.0,
                "hw.voltage{hw.parent=sensor/nct6775/in0}", 1.12,
                "lockstep.sensor.power{hw.parent=sensor/nct6775/power1}", 240.0,
                "hw.status{hw.id=nvme/nvme0,hw.state=ok,hw.type=disk_controller}", 1.0));
  }

  @Test
  void aDiskThatIsHotterThanItsLimitTwiceIsTold() throws IOException {
    disk("live");
    round();
    tree.write(CHIP + "temp1_input", "85850\n");
    assertThat(round().events()).isEmpty();
    assertThat(bodies(round()))
        .containsExactly("sensor/nvme0/Composite is above 85 °C, from where on it is in danger");
    tree.write(CHIP + "temp1_input", "60000\n");
    assertThat(bodies(round())).containsExactly("sensor/nvme0/Composite is as it should be again");
  }

  @Test
  void aDiskThatResetsIsLeftInPeaceAndOneThatIsDeadOrGoneIsTold() throws IOException {
    disk("live");
    round();
    disk("resetting");
    assertThat(round().events()).isEmpty();
    disk("live");
    assertThat(round().events()).isEmpty();
    disk("dead");
    Said dead = round();
    assertThat(bodies(dead)).containsExactly("nvme/nvme0 does not work: its controller is dead");
    assertThat(dead.events().getFirst().attributes()).containsEntry("hw.state", "failed");
    assertThat(dead.value("hw.status{hw.id=nvme/nvme0,hw.state=ok,hw.type=disk_controller}"))
        .isZero();
    tree.delete("sys/class/nvme/nvme0");
    assertThat(bodies(round())).containsExactly("nvme/nvme0 is gone");
    disk("live");
    assertThat(bodies(round())).containsExactly("nvme/nvme0 is as it should be again");
  }

  @Test
  void disksOverANetworkComeAndGo() throws IOException {
    disk("live");
    tree.write("sys/class/nvme/nvme0/transport", "tcp\n");
    round();
    tree.delete("sys/class/nvme/nvme0");
    assertThat(round().events()).isEmpty();
  }
}
