package io.lockstep.agent.sample;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Reads the server's sensors (hwmon) and the state of its NVMe disks. Reading a sensor may ask a
/// device: a disk that does not answer hangs this sampler and no other.
public final class SensorSampler implements Sampler {
  /// Not the temperature of each core: a socket's stands beside them.
  static final Choice DEFAULT =
      new Choice(Duration.ofMinutes(1), List.of(), List.of(".*/Core [0-9]+"));

  private static final int LOOK_ROUNDS = 60;
  private static final int CHIPS_MAX = 128;

  private final PartSeries temperatures =
      new PartSeries("sensor_temperature", "sensor_temperature_limit");
  private final PartSeries fans = new PartSeries("sensor_fan");
  private final PartSeries voltages = new PartSeries("sensor_voltage");
  private final PartSeries powers = new PartSeries("sensor_power");
  private final List<Sensor> sensors = new ArrayList<>();
  private final Text text = new Text();
  private final PartStates states = new PartStates();
  private final Choice choice;
  private final Predicate<String> names;
  private final SysFolder chips;
  private final NvmeDisks disks;
  private long round;

  /// @param root `/`, or a folder that holds a captured `sys/`
  /// @param choice which sensors, by device and label, as in `nvme0/Composite`
  public SensorSampler(Path root, Choice choice) {
    this.choice = choice;
    names = choice.names();
    chips = new SysFolder(root.resolve("sys/class/hwmon"));
    disks = new NvmeDisks(root.resolve("sys"), states);
  }

  @Override
  public String name() {
    return "sensors";
  }

  @Override
  public Duration interval() {
    return choice.interval();
  }

  @Override
  public Reading sample(Instant now) {
    var notes = new Notes(name(), now, round++);
    if (notes.round() % LOOK_ROUNDS == 0) {
      look();
    }
    disks.read(notes, text);
    for (Sensor sensor : sensors) {
      switch (sensor.kind()) {
        case TEMPERATURE -> sensor.read(notes, text, temperatures, states);
        case FAN -> sensor.read(notes, text, fans, states);
        case VOLTAGE -> sensor.read(notes, text, voltages, states);
        case POWER -> sensor.read(notes, text, powers, states);
      }
    }
    List.of(temperatures, fans, voltages, powers).forEach(parts -> parts.end(notes));
    return notes.reading();
  }

  private void look() {
    sensors.clear();
    List<SysFolder> all = chips.numbered("hwmon");
    for (SysFolder chip : all.subList(0, Math.min(CHIPS_MAX, all.size()))) {
      for (Sensor sensor : Sensor.of(chip, text)) {
        if (names.test(sensor.name())) {
          sensors.add(sensor);
        }
      }
    }
  }
}
