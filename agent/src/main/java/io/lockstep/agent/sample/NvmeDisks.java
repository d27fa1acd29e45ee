package io.lockstep.agent.sample;

import io.lockstep.agent.sample.PartStates.State;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// NVMe disks of the server's own: whether their controllers are as they should be, and whether one
/// has gone. What a disk says of its own health (SMART) needs CAP_SYS_ADMIN, which the agent does
/// not have. States are those of `nvme_sysfs_show_state` in
/// [drivers/nvme/host](https://github.com/torvalds/linux/tree/master/drivers/nvme/host).
final class NvmeDisks {
  private static final String TYPE = "disk_controller";
  private static final int DISKS_MAX = 256;

  private final PartSeries parts = new PartSeries("nvme_ok");

  /// How many readings a disk has not been live for, by its name.
  private final Map<String, Integer> restless = new HashMap<>();

  private final SysFolder folder;
  private final PartStates states;

  /// @param sys `/sys`, or a captured one
  NvmeDisks(Path sys, PartStates states) {
    folder = new SysFolder(sys.resolve("class/nvme"));
    this.states = states;
  }

  void read(Notes notes, Text text) {
    List<SysFolder> all = folder.numbered("nvme");
    for (SysFolder disk : all.subList(0, Math.min(DISKS_MAX, all.size()))) {
      String transport = disk.text("transport", text);
      String state = disk.text("state", text);
      // disks over a network come and go
      if (state != null && (transport == null || transport.equals("pcie"))) {
        read(notes, disk.name(), state);
      }
    }
    List<String> there = all.stream().map(SysFolder::name).toList();
    for (String known : restless.keySet()) {
      if (!there.contains(known)) {
        states.bad(notes, "nvme/" + known, TYPE, State.FAILED, "is gone");
      }
    }
    parts.end(notes);
  }

  private void read(Notes notes, String name, String state) {
    String id = "nvme/" + name;
    boolean live = state.equals("live");
    int rounds = live ? 0 : restless.getOrDefault(name, 0) + 1;
    restless.put(name, rounds);
    List<Series> series = parts.of(id);
    if (!series.isEmpty()) {
      notes.add(series.get(0).at(live ? 1L : 0L));
    }
    if (live) {
      states.good(notes, id);
    } else if (state.equals("dead") || rounds >= 2) {
      // a reset takes seconds
      states.bad(notes, id, TYPE, State.FAILED, "does not work: its controller is " + state);
    }
  }
}
