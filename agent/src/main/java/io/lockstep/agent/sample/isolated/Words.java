package io.lockstep.agent.sample.isolated;

import io.lockstep.agent.sample.jobs.GpuProcess;
import io.lockstep.agent.sample.jobs.GpuUse;
import io.lockstep.agent.sample.nvml.Gpm;
import io.lockstep.agent.sample.nvml.NvmlConfig;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Metric;
import io.lockstep.telemetry.otlp.Occurrence;
import io.lockstep.telemetry.otlp.Sample;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How things are written in [Frame]s. A series is written out once and goes by its number from
/// then on, so that each side of a connection has one of these. One thread at a time.
final class Words {
  private static final int TEXT_MAX = 16_000;
  private static final int COUNT_MAX = 100_000;

  private record Series(Metric metric, Attributes attributes) {}

  private final Map<Series, Integer> numbers = new HashMap<>();
  private final List<Series> series = new ArrayList<>();

  /// Something that writes itself.
  @FunctionalInterface
  interface Writing {
    void to(DataOutputStream out) throws IOException;
  }

  static byte[] bytes(Writing what) throws IOException {
    var bytes = new ByteArrayOutputStream(4096);
    what.to(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    out.writeUTF(text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX));
  }

  /// How to read.
  ///
  /// @param inventory null to remember nothing
  /// @param marks where to note which GPU is asked; null for nowhere
  record Setup(
      NvmlConfig config, Duration deadline, @Nullable Path inventory, @Nullable Path marks) {
    /// The same with marks elsewhere.
    Setup withMarks(@Nullable Path place) {
      return new Setup(config, deadline, inventory, place);
    }
  }

  /// What a round is to be.
  ///
  /// @param timeMillis its time, Unix milliseconds
  /// @param leftOut indexes of the GPUs to leave alone, as bits
  /// @param inTurn whether to read one GPU after the other, not all at once
  record Asked(long timeMillis, long leftOut, boolean inTurn) {}

  static byte[] asked(Asked round) throws IOException {
    return bytes(out -> {
      out.writeLong(round.timeMillis);
      out.writeLong(round.leftOut);
      out.writeBoolean(round.inTurn);
    });
  }

  static Asked asked(Frame frame) throws IOException {
    DataInputStream in = frame.in();
    return new Asked(in.readLong(), in.readLong(), in.readBoolean());
  }

  static byte[] setup(Setup setup) throws IOException {
    return bytes(out -> {
      NvmlConfig config = setup.config;
      out.writeInt(Frame.VERSION);
      text(out, config.library());
      out.writeLong(config.interval().toMillis());
      out.writeLong(config.slow().toMillis());
      out.writeLong(config.hang().toMillis());
      out.writeInt(config.expected());
      text(out, config.gpm().name());
      out.writeLong(setup.deadline.toMillis());
      text(out, setup.inventory == null ? "" : setup.inventory.toString());
      text(out, setup.marks == null ? "" : setup.marks.toString());
    });
  }

  static Setup setup(Frame frame) throws IOException {
    DataInputStream in = frame.in();
    int version = in.readInt();
    if (version != Frame.VERSION) {
      throw new IOException("the agent speaks version " + version + ", this " + Frame.VERSION);
    }
    NvmlConfig plain = NvmlConfig.DEFAULT.withLibrary(in.readUTF());
    NvmlConfig config =
        plain.withTimes(
            Duration.ofMillis(in.readLong()),
            Duration.ofMillis(in.readLong()),
            Duration.ofMillis(in.readLong()),
            in.readInt());
    config = config.withGpm(Gpm.valueOf(in.readUTF()));
    Duration deadline = Duration.ofMillis(in.readLong());
    String inventory = in.readUTF();
    String marks = in.readUTF();
    return new Setup(config, deadline, path(inventory), path(marks));
  }

  private static @Nullable Path path(String text) {
    return text.isEmpty() ? null : Path.of(text);
  }

  byte[] answer(Answer answer) throws IOException {
    return bytes(out -> {
      out.writeLong(answer.timeMillis());
      out.writeInt(answer.samples().size());
      for (Sample sample : answer.samples()) {
        write(out, sample);
      }
      write(out, answer.events());
      out.writeInt(answer.uses().size());
      for (GpuUse use : answer.uses()) {
        write(out, use);
      }
    });
  }

  Answer answer(Frame frame) throws IOException {
    DataInputStream in = frame.in();
    long time = in.readLong();
    var samples = new ArrayList<Sample>();
    for (int left = count(in); left > 0; left--) {
      samples.add(sample(in));
    }
    List<Occurrence> events = events(in);
    var uses = new ArrayList<GpuUse>();
    for (int left = count(in); left > 0; left--) {
      uses.add(use(in));
    }
    return new Answer(time, samples, events, uses);
  }

  private static int count(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > COUNT_MAX) {
      throw new IOException("no number of things: " + count);
    }
    return count;
  }

  private void write(DataOutputStream out, Sample sample) throws IOException {
    var one = new Series(sample.metric(), sample.attributes());
    Integer number = numbers.putIfAbsent(one, numbers.size());
    out.writeInt(number == null ? numbers.size() - 1 : number);
    if (number == null) {
      text(out, sample.metric().name());
      Map<AttributeKey<?>, Object> attributes = sample.attributes().asMap();
      out.writeInt(attributes.size());
      for (Map.Entry<AttributeKey<?>, Object> attribute : attributes.entrySet()) {
        text(out, attribute.getKey().getKey());
        text(out, String.valueOf(attribute.getValue()));
      }
    }
    out.writeBoolean(sample.integral());
    out.writeLong(sample.bits());
  }

  private Sample sample(DataInputStream in) throws IOException {
    int number = in.readInt();
    if (number == series.size()) {
      series.add(series(in));
    }
    if (number < 0 || number >= series.size()) {
      throw new IOException("no such series: " + number);
    }
    Series one = series.get(number);
    return new Sample(one.metric, one.attributes, in.readBoolean(), in.readLong());
  }

  private static Series series(DataInputStream in) throws IOException {
    String name = in.readUTF();
    Metric metric = Contract.metric(name);
    AttributesBuilder attributes = Attributes.builder();
    for (int left = count(in); left > 0; left--) {
      attributes.put(AttributeKey.stringKey(in.readUTF()), in.readUTF());
    }
    if (metric == null) {
      throw new IOException("no such metric: " + name);
    }
    return new Series(metric, attributes.build());
  }

  static void write(DataOutputStream out, List<Occurrence> events) throws IOException {
    out.writeInt(events.size());
    for (Occurrence event : events) {
      text(out, event.name());
      out.writeLong(event.timeNanos());
      text(out, event.body());
      out.writeInt(event.attributes().size());
      for (Map.Entry<String, String> attribute : event.attributes().entrySet()) {
        text(out, attribute.getKey());
        text(out, attribute.getValue());
      }
    }
  }

  static List<Occurrence> events(DataInputStream in) throws IOException {
    var events = new ArrayList<Occurrence>();
    for (int left = count(in); left > 0; left--) {
      String name = in.readUTF();
      long time = in.readLong();
      String body = in.readUTF();
      Map<String, String> attributes = new HashMap<>();
      for (int more = count(in); more > 0; more--) {
        attributes.put(in.readUTF(), in.readUTF());
      }
      events.add(new Occurrence(name, time, body, attributes));
    }
    return events;
  }

  private static void write(DataOutputStream out, GpuUse use) throws IOException {
    text(out, use.uuid());
    out.writeInt(use.index());
    write(out, use.memoryUsed());
    out.writeInt(use.processes().size());
    for (GpuProcess process : use.processes()) {
      out.writeInt(process.pid());
      write(out, process.memory());
      text(out, process.instance());
    }
  }

  private static GpuUse use(DataInputStream in) throws IOException {
    String uuid = in.readUTF();
    int index = in.readInt();
    Long memory = number(in);
    var processes = new ArrayList<GpuProcess>();
    for (int left = count(in); left > 0; left--) {
      processes.add(new GpuProcess(in.readInt(), number(in), in.readUTF()));
    }
    return new GpuUse(uuid, index, memory, processes);
  }

  private static void write(DataOutputStream out, @Nullable Long number) throws IOException {
    out.writeBoolean(number != null);
    out.writeLong(number == null ? 0 : number);
  }

  private static @Nullable Long number(DataInputStream in) throws IOException {
    boolean there = in.readBoolean();
    long number = in.readLong();
    return there ? (Long) number : null;
  }
}
