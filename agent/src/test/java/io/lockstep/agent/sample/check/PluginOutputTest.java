package io.lockstep.agent.sample.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// The examples are those of the plugin API and of plugins as they are installed.
class PluginOutputTest {
  @Test
  void takesTheFirstLineForPeopleAndWhatStandsBehindTheBarAsValues() {
    var output =
        PluginOutput.of(
            """
            DISK OK - free space: / 3326 MB (56%); | /=2643MB;5948;5958;0;5968
            / 15272 MB (77%);
            /boot 68 MB (69%);
            /var/log 819 MB (84%); | /boot=68MB;88;93;0;98
            /home=69357MB;253404;253409;0;253414
            """);
    assertThat(output.line()).isEqualTo("DISK OK - free space: / 3326 MB (56%);");
    assertThat(output.values())
        .containsExactly(
            new CheckValue("/", 2643.0 * (1 << 20), "By", false),
            new CheckValue("/boot", 68.0 * (1 << 20), "By", false),
            new CheckValue("/home", 69357.0 * (1 << 20), "By", false));
  }

  @Test
  void readsUnitsCountersAndQuotedLabels() {
    var output =
        PluginOutput.of("ok|time=1.5ms;;;0 'a b''s=1'=5% packets=17c load1=-0.25;1;2 up=3 none=U");
    assertThat(output.values())
        .containsExactly(
            new CheckValue("time", 1.5e-3, "s", false),
            new CheckValue("a b's=1", 5, "%", false),
            new CheckValue("packets", 17, "1", true),
            new CheckValue("load1", -0.25, "1", false),
            new CheckValue("up", 3, "1", false));
  }

  @Test
  void leavesOutWhatIsNoValueAndGoesOnBehindIt() {
    var output = PluginOutput.of("x | =5 a b= c=1,5s d=1 'e=2 d=9 f=NaN g=1e999");
    assertThat(output.values()).extracting(CheckValue::label).containsExactly("d");
    assertThat(output.values().getFirst().value()).isEqualTo(1);
  }

  @Test
  void keepsOnlyPrintableTextAndOnlySoMuchOfIt() {
    assertThat(PluginOutput.of("\u001b[31mbad\u001b[0m\tdisk\u202e\u0000!").line())
        .isEqualTo("bad disk!");
    assertThat(PluginOutput.of("x".repeat(5000)).line()).hasSize(300);
    assertThat(PluginOutput.of("\n\n  \n").line()).isEmpty();
    var many = new StringBuilder("ok |");
    for (int i = 0; i < 500; i++) {
      many.append(" v").append(i).append("=1");
    }
    assertThat(PluginOutput.of(many.toString()).values()).hasSize(PluginOutput.VALUES_MAX);
  }
}
