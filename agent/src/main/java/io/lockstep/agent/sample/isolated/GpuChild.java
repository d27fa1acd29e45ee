package io.lockstep.agent.sample.isolated;

import io.lockstep.agent.sample.GpuLedger;
import io.lockstep.agent.sample.Reading;
import io.lockstep.agent.sample.isolated.Frame.Kind;
import io.lockstep.agent.sample.jobs.GpuUse;
import io.lockstep.agent.sample.nvml.Marks;
import io.lockstep.agent.sample.nvml.NvmlSampler;
import io.lockstep.telemetry.config.FileProblem;
import io.lockstep.telemetry.otlp.Occurrence;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The process that reads the GPUs for the agent which started it: rounds on its standard input,
/// answers on its standard output. It ends with the agent, whose end is the end of its input.
public final class GpuChild {
  private static final Logger LOG = LoggerFactory.getLogger(GpuChild.class);

  private final BlockingQueue<Frame> asked = new LinkedBlockingQueue<>(4);
  private final ReentrantLock lock = new ReentrantLock();
  private final Words words = new Words();
  private final List<GpuUse> uses = new ArrayList<>();
  private final DataInputStream in;
  private final DataOutputStream out;

  private GpuChild(DataInputStream in, DataOutputStream out) {
    this.in = in;
    this.out = out;
  }

  /// Runs until the input ends.
  public static void main(String[] arguments) throws IOException, InterruptedException {
    var out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16);
    System.setOut(System.err); // whoever prints must not print between messages
    var in = new BufferedInputStream(new FileInputStream(FileDescriptor.in));
    new GpuChild(new DataInputStream(in), new DataOutputStream(out)).run();
  }

  private void run() throws IOException, InterruptedException {
    Frame first = Frame.readFrom(in);
    if (first == null) {
      return;
    }
    Words.Setup setup = Words.setup(first);
    Thread.ofPlatform().daemon().name("asked").start(this::listen);
    var sampler =
        new NvmlSampler(
            setup.config(),
            setup.deadline(),
            setup.inventory(),
            new GpuLedger(),
            InstantSource.system(),
            (now, _) -> uses.addAll(now),
            this::tell);
    if (setup.marks() != null) {
      sampler.markedIn(marks(setup.marks()));
    }
    while (true) {
      Words.Asked round = Words.asked(asked.take());
      Instant now = Instant.ofEpochMilli(round.timeMillis());
      sampler.leaveOut(round.leftOut(), round.inTurn());
      uses.clear();
      Reading reading = sampler.sample(now);
      var answer =
          new Answer(now.toEpochMilli(), reading.samples(), reading.events(), List.copyOf(uses));
      send(Kind.READING, words.answer(answer));
    }
  }

  /// The agent has made the file ready; should it be gone since, GPUs are read all the same.
  private static Marks marks(Path file) {
    try {
      return new MarkFile(file);
    } catch (IOException e) {
      LOG.warn("gpu process goes on without marks error=\"{}\"", FileProblem.words(file, e));
      return Marks.NONE;
    }
  }

  /// The agent is gone when its words end, wherever this process is at that moment.
  private void listen() {
    int code = 0;
    try {
      for (Frame next = Frame.readFrom(in); next != null; next = Frame.readFrom(in)) {
        asked.put(next);
      }
    } catch (IOException _) {
      code = 1;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(code);
  }

  private void tell(List<Occurrence> events) {
    try {
      send(Kind.EVENTS, Words.bytes(out -> Words.write(out, events)));
    } catch (IOException _) {
      Runtime.getRuntime().halt(1); // nobody is there to be told
    }
  }

  private void send(Kind kind, byte[] body) throws IOException {
    lock.lock();
    try {
      new Frame(kind, body).writeTo(out);
    } finally {
      lock.unlock();
    }
  }
}
