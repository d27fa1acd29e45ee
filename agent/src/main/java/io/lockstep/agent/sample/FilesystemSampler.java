package io.lockstep.agent.sample;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import oshi.nativefree.SystemInfo;
import oshi.software.os.FileSystem;
import oshi.software.os.OSFileStore;
import oshi.util.GlobalConfig;

/// Reads how full the mounted file systems are, whether they can be written, and what NFS mounts
/// ask of their servers. Which are real is asked of OSHI, which knows the pseudo file systems.
/// Local and network file systems are two samplers: a network file system may hang for ever, and
/// then only its own kind is not read.
///
/// How full a file system is can only be asked of the kernel: a captured tree says nothing of it.
public final class FilesystemSampler implements Sampler, AutoCloseable {
  private static final int MOUNTS_MAX = 256;

  /// Disks, not the mounts of the system's own.
  static final Choice DEFAULT =
      new Choice(Duration.ofMinutes(1), List.of(), List.of("/(run|dev|sys|proc|snap)(/.*)?"));

  /// Memory and images: full or empty, they mean nothing.
  private static final Set<String> HIDDEN_TYPES =
      Set.of("tmpfs", "ramfs", "squashfs", "iso9660", "erofs", "fuse.portal", "fuse.lxcfs", "nsfs");

  /// OSHI's own list and what training clusters mount besides.
  private static final String NETWORK_TYPES =
      "afs,cifs,smb3,smbfs,sshfs,ncpfs,ncp,nfs,nfs4,gfs,gfs2,gds2,glusterfs,fuse.glusterfs,"
          + "fuse.sshfs,lustre,beegfs,beegfs_nodev,gpfs,ceph,fuse.ceph,wekafs,panfs,pvfs2,orangefs,"
          + "daos,fuse.daos,fuse.juicefs,9p,virtiofs";

  /// OSHI, loaded when it is first used: a captured tree never does.
  private static final class Mounts {
    static final FileSystem ALL;

    static {
      GlobalConfig.set("oshi.network.filesystem.types", NETWORK_TYPES);
      // would try to connect to each NFS server, for up to 2 s, for the local ones' sake too
      GlobalConfig.set(GlobalConfig.OSHI_OS_LINUX_FILESYSTEM_CHECKNFS, false);
      ALL = new SystemInfo().getOperatingSystem().getFileSystem();
    }
  }

  private final PartSeries parts =
      new PartSeries(
          "filesystem_used",
          "filesystem_free",
          "filesystem_reserved",
          "filesystem_limit",
          "filesystem_inodes_used",
          "filesystem_inodes_free",
          "filesystem_writable");
  private final Text text = new Text();
  private final PartStates states = new PartStates();

  /// Where somebody could write, at some time since the start.
  private final Set<String> writable = new HashSet<>();

  private final NfsMounts nfs;
  private final boolean live;
  private final boolean network;
  private final Choice choice;
  private final Predicate<String> names;
  private long round;

  /// @param root `/`, or a captured tree
  /// @param network whether network file systems are read, or local ones
  /// @param choice which file systems, by where they are mounted
  public FilesystemSampler(Path root, boolean network, Choice choice) {
    this.live = Samplers.live(root);
    this.network = network;
    this.choice = choice;
    this.names = choice.names();
    this.nfs = new NfsMounts(root.resolve("proc"), Samplers.kept(root));
  }

  @Override
  public String name() {
    return network ? "filesystems-network" : "filesystems";
  }

  @Override
  public Duration interval() {
    return choice.interval();
  }

  @Override
  public Reading sample(Instant now) {
    var notes = new Notes(name(), now, round++);
    if (network) {
      nfs.read(notes, text);
    }
    if (live) {
      read(notes);
    }
    return notes.reading();
  }

  private void read(Notes notes) {
    Set<String> volumes = new HashSet<>();
    for (OSFileStore store : Mounts.ALL.getFileStores(!network)) {
      boolean chosen =
          store.isLocal() != network
              && !HIDDEN_TYPES.contains(store.getType())
              && names.test(store.getMount());
      // a volume that is mounted at many places is as full at each of them
      if (chosen && volumes.add(store.getVolume())) {
        note(notes, store);
      }
    }
    parts.end(notes);
  }

  /// OSHI says 0 of what it could not learn.
  private void note(Notes notes, OSFileStore store) {
    long total = store.getTotalSpace();
    long free = store.getFreeSpace();
    long usable = store.getUsableSpace();
    if (total <= 0 || free < 0 || free > total || usable < 0 || usable > free) {
      return;
    }
    List<Series> series = parts.of(store.getMount());
    if (!series.isEmpty()) {
      notes.add(series.get(0).at(total - free));
      notes.add(series.get(1).at(usable));
      notes.add(series.get(2).at(free - usable));
      notes.add(series.get(3).at(total));
      noteState(notes, store.getMount(), series);
    }
  }

  private void noteState(Notes notes, String mount, List<Series> series) {
    try {
      Statvfs state = Statvfs.of(mount);
      if (state.inodes() > 0 && state.inodesFree() >= 0 && state.inodesFree() <= state.inodes()) {
        notes.add(series.get(4).at(state.inodes() - state.inodesFree()));
        notes.add(series.get(5).at(state.inodesFree()));
      }
      notes.add(series.get(6).at(state.readOnly() ? 0L : 1L));
      judge(notes, mount, state.readOnly());
    } catch (IOException _) {
      // it was unmounted just now
    }
  }

  /// A file system with errors is made read-only by the kernel.
  private void judge(Notes notes, String mount, boolean readOnly) {
    String id = "filesystem/" + mount;
    if (!readOnly) {
      if (writable.size() < MOUNTS_MAX) {
        writable.add(mount);
      }
      states.good(notes, id);
    } else if (writable.contains(mount)) {
      states.bad(
          notes, id, "logical_disk", PartStates.State.FAILED, "is read-only now, and was not");
    }
  }

  /// Lets go of the file.
  @Override
  public void close() {
    nfs.close();
  }
}
