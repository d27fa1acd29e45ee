package io.lockstep.agent.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostSlowSamplerTest {
  @TempDir private Path folder;

  private Tree tree() {
    return new Tree(folder);
  }

  private HostSlowSampler sampler() {
    return new HostSlowSampler(folder, Duration.ofSeconds(10));
  }

  private static Said round(Sampler sampler) throws IOException {
    return Said.of(sampler.sample(Instant.EPOCH));
  }

  private void process(int pid, String name, char state, int parent, long switches)
      throws IOException {
    tree().write("proc/" + pid + "/stat", pid + " (" + name + ") " + state + " " + parent + " 0\n");
    tree()
        .write(
            "proc/" + pid + "/status",
            "Name:\tx\nState:\t"
                + state
                + " (x)\nvoluntary_ctxt_switches:\t"
                + switches
                + "\nnonvoluntary_ctxt_switches:\t1\n");
  }

  @Test
  void numbersAreFoundByTheirNamesAndWhatAKernelLacksIsAbsent() throws IOException {
    tree()
        .write(
            "proc/net/snmp",
            """
            Ip: Forwarding DefaultTTL
            Ip: 1 64
            Tcp: RtoAlgorithm MaxConn CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts
            Tcp: 1 -1 15 57252008 54915039 227 5 1003
            Udp: InDatagrams NoPorts InErrors OutDatagrams
            Udp: 88542 120 7 53028
            """);
    tree()
        .write(
            "proc/net/netstat",
            """
            TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPTimeouts
            TcpExt: 0 3 4 5
            IpExt: InNoRoutes
            IpExt: 0
            """);
    assertThat(round(sampler()).values())
        .isEqualTo(
            Map.of(
                "lockstep.host.sockets{lockstep.host.socket.kind=tcp_established}", 15.0,
                "lockstep.host.tcp.segments{network.io.direction=receive}", 57252008.0,
                "lockstep.host.tcp.segments{network.io.direction=transmit}", 54915039.0,
                "lockstep.host.tcp.events{lockstep.host.tcp.event=retransmitted}", 227.0,
                "lockstep.host.tcp.events{lockstep.host.tcp.event=errors}", 5.0,
                "lockstep.host.tcp.events{lockstep.host.tcp.event=resets}", 1003.0,
                "lockstep.host.tcp.events{lockstep.host.tcp.event=listen_overflows}", 3.0,
                "lockstep.host.tcp.events{lockstep.host.tcp.event=listen_drops}", 4.0,
                "lockstep.host.tcp.events{lockstep.host.tcp.event=timeouts}", 5.0,
                "lockstep.host.udp.events{lockstep.host.udp.event=errors}", 7.0));
  }

  @Test
  void packetsThatTheKernelDroppedAreSummedOverProcessors() throws IOException {
    tree()
        .write(
            "proc/net/softnet_stat",
            """
            00358fe3 00006283 00000000 00000000 00000000 00000000 00000000 00000000 00000000
            00015c73 00020e76 f0000769 00000000 00000000 00000000 00000000 00000000 00000000
            """);
    String event = "lockstep.host.softnet{lockstep.host.softnet.event=";
    assertThat(round(sampler()).values())
        .isEqualTo(
            Map.of(
                event + "processed}", (double) (0x358fe3 + 0x15c73),
                event + "dropped}", (double) (0x6283 + 0x20e76),
                event + "squeezed}", (double) 0xf0000769L));
  }

  @Test
  void aProcessThatStaysInOneWaitForAMinuteIsStuckAndToldOnce() throws IOException {
    var sampler = sampler();
    process(7, "pyth) on", 'D', 1, 40);
    process(8, "sleeper", 'S', 1, 40);
    process(9, "gone", 'Z', 1, 40);
    process(10, "kworker/0:1", 'D', 2, 40);
    String waiting = "lockstep.host.processes.waiting{lockstep.host.task.state=";
    for (int i = 0; i < 6; i++) {
      Said said = round(sampler);
      assertThat(said.values())
          .containsEntry("system.process.count{}", 4.0)
          .containsEntry(waiting + "uninterruptible}", 1.0)
          .containsEntry(waiting + "zombie}", 1.0)
          .containsEntry(waiting + "stuck}", 0.0);
      assertThat(said.events()).isEmpty();
    }
    Said said = round(sampler);
    assertThat(said.values()).containsEntry(waiting + "stuck}", 1.0);
    assertThat(said.eventNames()).containsExactly("lockstep.process.stuck");
    assertThat(said.events().getFirst().attributes())
        .containsEntry("process.pid", "7")
        .containsEntry("process.executable.name", "pyth) on");
    assertThat(round(sampler).events()).isEmpty();
    process(7, "pyth) on", 'S', 1, 41);
    assertThat(round(sampler).values()).containsEntry(waiting + "stuck}", 0.0);
  }

  @Test
  void aProcessThatWaitsAgainAndAgainIsNotStuck() throws IOException {
    var sampler = sampler();
    for (int i = 0; i < 20; i++) {
      process(7, "reader", 'D', 1, i);
      assertThat(round(sampler).events()).isEmpty();
    }
  }

  @Test
  void oneLineThatIsCutCostsOnlyItself() throws IOException {
    process(7, "reader", 'D', 1, 1);
    tree().write("proc/8/stat", "8 (half");
    tree().write("proc/9/stat", "");
    tree().write("proc/sys/fs/file-nr", "1024 0\n");
    Said said = round(sampler());
    assertThat(said.values())
        .containsEntry("system.process.count{}", 3.0)
        .containsEntry("lockstep.host.files.open{}", 1024.0)
        .doesNotContainKey("lockstep.host.files.limit{}");
    assertThat(said.events().getFirst().attributes())
        .containsEntry("lockstep.agent.source", "proc: file-nr");
  }

  @Test
  void theLiveHostIsAsOtherReadersSeeIt() throws IOException {
    Map<String, Double> values =
        round(new HostSlowSampler(Path.of("/"), Duration.ofSeconds(10))).values();
    assertThat(values.get("lockstep.host.files.open{}")).isPositive();
    assertThat(values.get("system.process.count{}"))
        .isBetween(
            0.5 * ProcessHandle.allProcesses().count(), 2.0 * ProcessHandle.allProcesses().count());
    assertThat(values.get("lockstep.host.sockets{lockstep.host.socket.kind=all}")).isPositive();
    assertThat(values).containsKey("lockstep.host.memory.usage{lockstep.host.memory.kind=shared}");
  }
}
