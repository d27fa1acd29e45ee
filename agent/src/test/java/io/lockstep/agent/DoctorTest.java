package io.lockstep.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.lockstep.agent.doctor.Diagnosis;
import io.lockstep.agent.doctor.Diagnosis.Verdict;
import io.lockstep.agent.doctor.Doctor;
import io.lockstep.agent.doctor.DoctorReport;
import io.lockstep.agent.spool.Spool;
import io.lockstep.simulator.NvmlStandIn;
import io.lockstep.telemetry.config.ByteSize;
import io.lockstep.telemetry.config.Listen;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
  private static final Path H100 = Path.of("src/test/resources/captured/h100");

  @TempDir Path folder;

  @Test
  void saysWhatIsWrongWithEachSourceAndHowToMendIt() throws Exception {
    Path file = Files.writeString(folder.resolve("no-folder"), "");
    List<Diagnosis> all = Doctor.look(config(file, URI.create("http://127.0.0.1:1")), "1");
    assertThat(of(all, "collector").verdict()).isEqualTo(Verdict.BAD);
    assertThat(of(all, "collector").finding()).contains("http://127.0.0.1:1", "refused");
    assertThat(of(all, "spool").verdict()).isEqualTo(Verdict.BAD);
    assertThat(of(all, "infiniband").finding()).contains("active");
    assertThat(of(all, "training").verdict()).isEqualTo(Verdict.GOOD);
    assertThat(all)
        .filteredOn(one -> one.verdict() == Verdict.BAD)
        .noneMatch(one -> one.mend().isEmpty());
  }

  @Test
  void leavesNothingBehindAndTellsTheCollectorNothing() throws Exception {
    var headers = new java.util.concurrent.ConcurrentLinkedQueue<String>();
    HttpServer collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/v1/metrics",
        exchange -> {
          headers.addAll(exchange.getRequestHeaders().keySet());
          exchange.getRequestBody().readAllBytes();
          exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    try {
      var url = URI.create("http://127.0.0.1:" + collector.getAddress().getPort());
      Path spool = folder.resolve("not/yet/there");
      List<Diagnosis> all = Doctor.look(config(spool, url), "1");
      assertThat(of(all, "collector").verdict()).isEqualTo(Verdict.GOOD);
      assertThat(of(all, "spool").verdict()).isEqualTo(Verdict.GOOD);
      assertThat(folder.resolve("not")).doesNotExist();
      assertThat(headers).isNotEmpty().noneMatch(name -> name.equalsIgnoreCase("lockstep-batch"));
    } finally {
      collector.stop(0);
    }
  }

  @Test
  void saysWhereTheReportsOfCrashesAre() throws Exception {
    Path spool = Files.createDirectory(folder.resolve("spool"));
    Files.writeString(spool.resolve("gpu-crash.log"), "# Problematic frame:\n# C  [libx.so+0x1]\n");
    Files.writeString(folder.resolve("agent-crash.log.told"), "#\n");
    assertThat(Doctor.look(config(spool, URI.create("http://127.0.0.1:1")), "1"))
        .filteredOn(one -> one.source().equals("crash"))
        .extracting(Diagnosis::finding)
        .anyMatch(finding ->
            finding.startsWith(
                "the process that reads GPUs: it crashed in C [libx.so+0x1]; see "
                    + spool.resolve("gpu-crash.log")))
        .anyMatch(finding -> finding.startsWith("the agent: it crashed; see "))
        .hasSize(2);
  }

  @Test
  void looksAtEachGpu() throws Exception {
    assumeTrue(NvmlStandIn.possible(), "gcc is not installed");
    var nvml = new NvmlStandIn(folder);
    nvml.gpus(3);
    nvml.set(1, "persistence", 0);
    nvml.set(2, "code", 15);
    nvml.write();
    Config config = config(folder.resolve("spool"), URI.create("http://127.0.0.1:1"));
    List<Diagnosis> gpus =
        Doctor.look(config.withNvml(nvml.library().toString()), "1").stream()
            .filter(one -> one.source().equals("gpu"))
            .toList();
    assertThat(gpus.getFirst().finding()).contains("driver 580.126.09");
    assertThat(gpus)
        .anyMatch(one -> one.finding().contains("persistence mode is off on 1 GPU"))
        .anyMatch(one -> one.verdict() == Verdict.BAD && one.finding().contains("lost"));
  }

  @Test
  void aLibraryThatWasNamedAndIsNoneIsAMistake() throws Exception {
    Path text = Files.writeString(folder.resolve("lib.so"), "no library\n".repeat(1000));
    Config config = config(folder.resolve("spool"), URI.create("http://127.0.0.1:1"));
    Diagnosis gpu = of(Doctor.look(config.withNvml(text.toString()), "1"), "gpu");
    assertThat(gpu.verdict()).isEqualTo(Verdict.BAD);
    assertThat(gpu.finding()).contains(text.toString()).contains("invalid ELF header");
    assertThat(gpu.mend()).contains("samplers.gpu.library");
  }

  @Test
  void saysThatAnAdapterOnTheBusHasNoModule() throws Exception {
    Path device = folder.resolve("sys/bus/pci/devices/0000:5c:00.0");
    Files.createDirectories(device);
    Files.createDirectories(folder.resolve("proc"));
    Files.writeString(device.resolve("vendor"), "0x15b3\n");
    Files.writeString(device.resolve("class"), "0x020700\n");
    Config config =
        config(folder.resolve("spool"), URI.create("http://127.0.0.1:1")).withRoot(folder);
    Diagnosis without = of(Doctor.look(config, "1"), "infiniband");
    assertThat(without.verdict()).isEqualTo(Verdict.BAD);
    assertThat(without.finding()).startsWith("1 adapter of NVIDIA (Mellanox)");
    assertThat(without.mend()).contains("modprobe mlx5_core");
    Files.createDirectories(device.resolve("driver"));
    assertThat(of(Doctor.look(config, "1"), "infiniband").mend()).contains("modprobe mlx5_ib");
  }

  @Test
  void aKernelLogThatWasNamedAndIsNoneIsAMistake() throws Exception {
    Config config = config(folder.resolve("spool"), URI.create("http://127.0.0.1:1"));
    for (Path none : List.of(folder, folder.resolve("nowhere"))) {
      Diagnosis log = of(Doctor.look(config.withKernelLog(none), "1"), "kernel log");
      assertThat(log.verdict()).isEqualTo(Verdict.BAD);
      assertThat(log.mend()).contains("samplers.kernel_log.file");
    }
  }

  @Test
  void isReadByPeopleAndPrograms() throws Exception {
    var all = List.of(new Diagnosis("gpu", Verdict.BAD, "it \"hangs\"", "reset it"));
    var out = new StringWriter();
    DoctorReport.print(all, false, new PrintWriter(out));
    assertThat(out.toString()).contains("bad").contains("→ reset it").doesNotContain("\u001b");
    DoctorReport.print(all, true, new PrintWriter(out));
    assertThat(out.toString()).contains("\u001b[31m");
    assertThat(new com.fasterxml.jackson.databind.ObjectMapper().readTree(DoctorReport.json(all)))
        .first()
        .satisfies(one -> assertThat(one.path("finding").asText()).isEqualTo("it \"hangs\""));
  }

  private static Diagnosis of(List<Diagnosis> all, String source) {
    return all.stream().filter(one -> one.source().equals(source)).findFirst().orElseThrow();
  }

  private static Config config(Path spool, URI collector) throws IOException {
    Config plain = Config.DEFAULT;
    return new Config(
        "h",
        List.of(collector),
        plain.interval(),
        H100,
        plain.samplers(),
        plain.budget(),
        plain.judge(),
        plain.send(),
        plain.forward(),
        new Spool.Config(spool, ByteSize.ofMebibytes(16), Duration.ofHours(1)),
        Listen.on("127.0.0.1:0"));
  }
}
