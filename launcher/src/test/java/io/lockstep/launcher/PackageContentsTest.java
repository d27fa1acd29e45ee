package io.lockstep.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A deb and an rpm of one image: which of them a server got makes no difference to what is there.
class PackageContentsTest {
  /// What only one kind of package has: its way to tell of licence and changes.
  private static final List<String> OWN =
      List.of(
          "usr/share/doc/lockstep-agent/changelog.gz",
          "usr/share/doc/lockstep-agent/LICENSE",
          "usr/share/doc/lockstep-agent/copyright");

  @TempDir static Path folder;
  private static Path deb;
  private static Path rpm;

  @BeforeAll
  static void makeBoth() throws Exception {
    PackageTool.needs("dpkg-deb");
    PackageTool.needs("rpmbuild");
    var packages = new PackageTool(folder);
    Path image = AgentImage.archive();
    deb = packages.of("deb", "agent", image);
    rpm = packages.of("rpm", "agent", image);
  }

  @Test
  void bothHoldTheSameFilesWithTheSameRightsAndBytes() throws Exception {
    NavigableMap<String, String> ofDeb = ofDeb();
    NavigableMap<String, String> ofRpm = ofRpm();
    OWN.forEach(ofDeb::remove);
    OWN.forEach(ofRpm::remove);
    assertThat(ofDeb).hasSizeGreaterThan(50).containsKey("usr/lib/lockstep/agent/java/bin/java");
    assertThat(ofRpm).isEqualTo(ofDeb);
    assertThat(ofDeb.get("etc/lockstep/agent.yaml")).startsWith("-rw-r----- ");
    assertThat(ofDeb.values())
        .as("as somebody else, or written by all")
        .noneMatch(one -> one.matches("(-..s|-.....s|-.......w).*"));
  }

  /// Rights, and a sum or where a link leads, by name. Folders are left out: that of a file is one.
  private static NavigableMap<String, String> ofDeb() throws IOException, InterruptedException {
    Path root = folder.resolve("deb");
    new Shell(folder).run("dpkg-deb", "--extract", deb.toString(), root.toString());
    return new TreeMap<>(lines(root));
  }

  private static Map<String, String> lines(Path root) throws IOException, InterruptedException {
    String each =
        """
        find . ! -type d -printf '%M %P %l\\n' | while read -r rights name link; do
          if [ -z "$link" ]; then
            sum=$(sha256sum "$name"); sum=${sum%% *}
          else
            sum="to $link"
          fi
          echo "$rights $sum $name"
        done
        """;
    return byName(new Shell(root).run("sh", "-c", each));
  }

  /// rpm says of a file what it is to be, whoever unpacks it.
  private static NavigableMap<String, String> ofRpm() throws IOException, InterruptedException {
    String query = "[%{FILEMODES:perms} %{FILEDIGESTS}|%{FILELINKTOS} %{FILENAMES}\\n]";
    String said = new Shell(folder).run("rpm", "-qp", "--queryformat", query, rpm.toString());
    var lines = new StringBuilder();
    said.lines()
        .filter(one -> !one.startsWith("d"))
        .map(one -> one.replaceFirst(" \\|", " to ").replaceFirst("\\| ", " "))
        .forEach(one -> lines.append(one.replaceFirst(" /([^ ]*)$", " $1")).append('\n'));
    return byName(lines.toString());
  }

  private static NavigableMap<String, String> byName(String lines) {
    NavigableMap<String, String> all = new TreeMap<>();
    lines
        .lines()
        .forEach(line -> {
          int name = line.lastIndexOf(' ');
          all.put(line.substring(name + 1), line.substring(0, name));
        });
    return all;
  }

  @Test
  void theScriptsOfBothDoTheSameSteps() throws Exception {
    String ofRpm = new Shell(folder).run("rpm", "-qp", "--scripts", rpm.toString());
    var ofDeb = new StringBuilder();
    for (String script : List.of("preinst", "postinst", "prerm", "postrm")) {
      String said = new Shell(folder).run("dpkg-deb", "--info", deb.toString(), script);
      assertThat(said).as(script).startsWith("#!/bin/sh\nset -e\n");
      ofDeb.append(said);
    }
    for (String step :
        List.of(
            "no_other_install",
            "add_user",
            "use_new_program",
            "say_how_to_start",
            "stop_for_good",
            "running_systemd daemon-reload")) {
      String called = "(?m)^.*[ \\t]*" + step + "( \\|\\| :)?$";
      assertThat(ofDeb.toString()).as("deb: %s", step).containsPattern(called);
      assertThat(ofRpm).as("rpm: %s", step).containsPattern(called);
      String does = body(step.split(" ", 2)[0], ofDeb.toString());
      assertThat(does).isNotEmpty();
      assertThat(body(step.split(" ", 2)[0], ofRpm)).isEqualTo(does);
    }
    assertThat(ofDeb + ofRpm).doesNotContainPattern("@[a-z]+@");
  }

  private static String body(String function, String scripts) {
    int begin = scripts.indexOf("\n" + function + "() {\n");
    assertThat(begin).as(function).isNotNegative();
    return scripts.substring(begin, scripts.indexOf("\n}\n", begin));
  }
}
