package io.lockstep.agent.sample.inventory;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Processors, memory, and what of the system is asked for by name.
final class MachineFacts {
  private static final long KIBI = 1024;

  private final Path root;
  private final Map<String, String> facts;

  private MachineFacts(Path root, Map<String, String> facts) {
    this.root = root;
    this.facts = facts;
  }

  /// Adds what is there.
  ///
  /// @param wanted items that are declared: of modules, processes, mounts and kernel settings only
  ///   those are looked for
  static void addTo(Map<String, String> facts, Path root, Collection<String> wanted) {
    var machine = new MachineFacts(root, facts);
    machine.processors();
    machine.memory();
    machine.versions();
    machine.modules(wanted);
    machine.mounts(wanted);
    machine.processes(wanted);
    machine.settings(wanted);
  }

  private void processors() {
    Path cpus = root.resolve("sys/devices/system/cpu");
    count("cpu.threads", SmallFile.count(SmallFile.line(cpus.resolve("online"))));
    Set<String> sockets = new HashSet<>();
    for (String cpu : SmallFile.names(cpus)) {
      if (cpu.startsWith("cpu") && cpu.length() > 3 && Character.isDigit(cpu.charAt(3))) {
        String socket = SmallFile.line(cpus.resolve(cpu).resolve("topology/physical_package_id"));
        if (!socket.isEmpty()) {
          sockets.add(socket);
        }
      }
    }
    count("cpu.sockets", sockets.size());
    String nodes = SmallFile.line(root.resolve("sys/devices/system/node/online"));
    count("numa.nodes", SmallFile.count(nodes));
  }

  private void count(String item, int count) {
    if (count > 0) {
      facts.put(item, Integer.toString(count));
    }
  }

  private void memory() {
    for (String line : SmallFile.text(root.resolve("proc/meminfo")).split("\n", -1)) {
      String[] words = line.split("\\s+", -1);
      if (words.length > 1 && words[1].matches("[0-9]{1,15}")) {
        if (words[0].equals("MemTotal:")) {
          facts.put("memory.bytes", Long.toString(KIBI * Long.parseLong(words[1])));
        } else if (words[0].equals("HugePages_Total:")) {
          facts.put("hugepages.total", words[1]);
        }
      }
    }
  }

  private void versions() {
    put("kernel.release", SmallFile.line(root.resolve("proc/sys/kernel/osrelease")));
    put("bios.version", SmallFile.line(root.resolve("sys/class/dmi/id/bios_version")));
    put("product.name", SmallFile.line(root.resolve("sys/class/dmi/id/product_name")));
  }

  private void put(String item, String value) {
    if (!value.isEmpty()) {
      facts.put(item, value);
    }
  }

  private void modules(Collection<String> wanted) {
    for (String item : wanted) {
      if (item.startsWith("module/")) {
        // the kernel writes an underscore where modprobe takes a hyphen too
        String name = item.substring("module/".length()).replace('-', '_');
        boolean there = Files.isDirectory(root.resolve("sys/module").resolve(name));
        facts.put(item, there ? "loaded" : "absent");
      }
    }
  }

  private void mounts(Collection<String> wanted) {
    if (wanted.stream().noneMatch(item -> item.startsWith("mount/"))) {
      return;
    }
    wanted.stream()
        .filter(item -> item.startsWith("mount/"))
        .forEach(item -> facts.put(item, "absent"));
    // "… 36 35 98:0 /root /mount/point rw,noatime master:1 - ext4 /dev/sda1 rw"
    for (String line : SmallFile.text(root.resolve("proc/self/mountinfo")).split("\n", -1)) {
      String[] words = line.split(" ", -1);
      int dash = java.util.Arrays.asList(words).indexOf("-");
      if (words.length > 5 && dash > 0 && dash + 1 < words.length) {
        String item = "mount" + words[4].replace("\\040", " ");
        boolean readOnly = (words[5] + ",").startsWith("ro,");
        facts.computeIfPresent(item, (_, _) -> words[dash + 1] + (readOnly ? " read-only" : ""));
      }
    }
  }

  private void processes(Collection<String> wanted) {
    if (wanted.stream().noneMatch(item -> item.startsWith("process/"))) {
      return;
    }
    wanted.stream()
        .filter(item -> item.startsWith("process/"))
        .forEach(item -> facts.put(item, "absent"));
    for (String process : SmallFile.names(root.resolve("proc"))) {
      if (Character.isDigit(process.charAt(0))) {
        String name = SmallFile.line(root.resolve("proc").resolve(process).resolve("comm"));
        wanted.stream()
            .filter(item -> item.startsWith("process/") && isNamed(item, name))
            .forEach(item -> facts.put(item, "running"));
      }
    }
  }

  /// The kernel keeps the first 15 bytes of a name only.
  private static boolean isNamed(String item, String name) {
    String wanted = item.substring("process/".length());
    return wanted.equals(name) || (name.length() == 15 && wanted.startsWith(name));
  }

  private void settings(Collection<String> wanted) {
    for (String item : wanted) {
      if (item.startsWith("sysctl/")) {
        String name = item.substring("sysctl/".length()).replace('.', '/');
        Path file = root.resolve("proc/sys").resolve(name).normalize();
        if (file.startsWith(root.resolve("proc/sys").normalize())) {
          String value = SmallFile.line(file).replace('\t', ' ');
          facts.put(item, value.isEmpty() ? "absent" : value);
        }
      }
    }
  }
}
