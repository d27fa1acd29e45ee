package io.lockstep.telemetry.kernel;

import io.lockstep.telemetry.kernel.KernelEvent.Kind;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Recognizes broken parts in the kernel's log, line by line, whoever wrote it down: `dmesg`, the
/// journal, syslog, `/dev/kmsg`. Keeps what a message of several lines needs. One thread.
public final class KernelLog {
  private static final int LINE_MAX = 4096;
  private static final String PCI = "([0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}(?:\\.[0-9])?)";
  private static final String SHORT_PCI =
      "((?:[0-9a-fA-F]{4,8}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}(?:\\.[0-9])?)";

  private static final Pattern XID =
      Pattern.compile("NVRM: Xid \\((?:PCI:)?" + PCI + "[^)]*\\): ([0-9]{1,9})\\b[, ]*(.*)");
  private static final Pattern SXID =
      Pattern.compile("SXid \\((?:PCI:)?" + PCI + "[^)]*\\): ([0-9]{1,9})\\b[, ]*(.*)");
  private static final Pattern LINK = Pattern.compile("\\bLink (-?[0-9]{1,3})\\b");
  private static final Pattern ON_LINK = Pattern.compile("\\b(?:on link|i0 Link) ([0-9]{1,3})\\b");
  private static final Pattern INIT =
      Pattern.compile("NVRM: GPU (?:at )?(?:PCI:)?" + SHORT_PCI + ":? .*RmInitAdapter failed");
  private static final Pattern LOST =
      Pattern.compile("NVRM: GPU (?:at )?(?:PCI:)?" + SHORT_PCI + ":? .*fallen off the bus");
  private static final Pattern LOST_BEGIN =
      Pattern.compile("NVRM: The NVIDIA GPU (?:" + PCI + "(?!\\w))?");
  private static final String LOST_END = "fallen off the bus and is not responding";
  private static final int LOST_LINES = 4;

  private final HostLines host = new HostLines();

  /// The GPU of a message that has begun: empty where its address can't be read, null for none.
  private @Nullable String losing;

  private int losingLines;

  /// Takes the next line.
  ///
  /// @return what it tells; empty for a line that tells of nothing broken, or that another program
  ///   than the kernel wrote
  public Optional<KernelEvent> take(String whole) {
    String plain = Prefix.plain(whole.length() > LINE_MAX ? whole.substring(0, LINE_MAX) : whole);
    if (Prefix.ofAnother(plain)) {
      return Optional.empty();
    }
    String line = Prefix.strip(plain);
    if (line.contains("NVRM:")) {
      return nvidia(line);
    }
    Matcher sxid = SXID.matcher(line);
    if (sxid.find()) {
      int code = Integer.parseInt(sxid.group(2));
      Meaning meaning = Sxids.explain(code, sxid.group(3));
      return Optional.of(
          new KernelEvent(Kind.SXID, code, sxid.group(1), link(sxid.group(3)), meaning, line));
    }
    return host.take(line);
  }

  private Optional<KernelEvent> nvidia(String line) {
    Matcher xid = XID.matcher(line);
    if (xid.find()) {
      int code = Integer.parseInt(xid.group(2));
      String text = xid.group(3);
      NvlinkError link = NvlinkError.of(code, text);
      int number = link == null ? linkOf(text) : link.link();
      return Optional.of(
          new KernelEvent(Kind.XID, code, xid.group(1), number, Xids.explain(code, text), line));
    }
    Matcher init = INIT.matcher(line);
    if (init.find()) {
      String gpu = init.group(1);
      return Optional.of(new KernelEvent(Kind.GPU_INIT, -1, gpu, -1, INIT_FAILED, line));
    }
    Matcher lost = LOST.matcher(line);
    if (lost.find()) {
      return Optional.of(lost(lost.group(1), line));
    }
    if (line.contains("NVRM: knvlink")
        && line.toLowerCase(java.util.Locale.ROOT).contains("fail")) {
      return Optional.of(new KernelEvent(Kind.NVLINK, -1, "", -1, NVLINK_SETUP, line));
    }
    return losing(line);
  }

  private static final Meaning INIT_FAILED =
      new Meaning(
          "The driver can't take a GPU into service; no program can use it.",
          Blame.HARDWARE,
          Remedy.RESTART_SERVER,
          "open-gpu-kernel-modules");

  private static final Meaning NVLINK_SETUP =
      new Meaning(
          "The driver could not find out which NVLinks are connected.",
          Blame.FABRIC,
          Remedy.CHECK_LINK,
          "open-gpu-kernel-modules");

  /// The message of several lines: who, then some lines on, what.
  private Optional<KernelEvent> losing(String line) {
    Matcher begin = LOST_BEGIN.matcher(line);
    if (begin.find()) {
      losing = begin.group(1) == null ? "" : begin.group(1);
      losingLines = 0;
    } else if (++losingLines > LOST_LINES) {
      losing = null;
    }
    if (losing == null || !line.contains(LOST_END)) {
      return Optional.empty();
    }
    String device = losing;
    losing = null;
    return Optional.of(lost(device, line));
  }

  private static KernelEvent lost(String device, String line) {
    return new KernelEvent(Kind.GPU_LOST, -1, device, -1, Xids.explain(Xids.OFF_THE_BUS, ""), line);
  }

  private static int link(String text) {
    return number(LINK, text);
  }

  /// Of an XID whose words name it, as 74: `NVLink: fatal error detected on link 4`.
  private static int linkOf(String text) {
    return number(ON_LINK, text);
  }

  private static int number(Pattern pattern, String text) {
    Matcher found = pattern.matcher(text);
    return found.find() ? Integer.parseInt(found.group(1)) : -1;
  }
}
