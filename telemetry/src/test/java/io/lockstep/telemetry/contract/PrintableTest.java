package io.lockstep.telemetry.contract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
  @Test
  void leavesTextAsItIs() {
    String text = "Größe 5 µs — \"ok\" 温度 \ud83d\ude00 \ufffd";
    assertThat(Printable.line(text, 100)).isEqualTo(text);
    assertThat(Printable.lines(text, 100)).isEqualTo(text);
    assertThat(Printable.is(text)).isTrue();
  }

  @Test
  void takesOutSequencesThatATerminalObeys() {
    assertThat(Printable.line("\u001b[1;31mred\u001b[0m", 100)).isEqualTo("red");
    assertThat(Printable.line("a\u009b2Jb\u001b[?25lc", 100)).isEqualTo("abc");
    assertThat(Printable.line("a\u001b]0;title\u0007b", 100)).isEqualTo("ab");
    assertThat(Printable.line("a\u001b]8;;http://x\u001b\\b\u001b]8;;\u001b\\c", 100))
        .isEqualTo("abc");
    assertThat(Printable.line("a\u009d0;title\u009cb\u001bP1$r\u001b\\c", 100)).isEqualTo("abc");
    assertThat(Printable.line("a\u001b(Bb\u001bcc\u001b7", 100)).isEqualTo("abc");
    assertThat(Printable.line("a\u001b[", 100)).isEqualTo("a");
    assertThat(Printable.line("a\u001b[12", 100)).isEqualTo("a12");
    assertThat(Printable.line("a\u001b", 100)).isEqualTo("a");
    assertThat(Printable.line("a\u001b\u001b[31mb", 100)).isEqualTo("ab");
  }

  @Test
  void aStringWithoutAnEndHidesNothing() {
    assertThat(Printable.line("a\u001b]0;disk is full", 100)).isEqualTo("a0;disk is full");
    assertThat(Printable.line("a\u001b]0;t\u001b[31mb", 100)).isEqualTo("a0;tb");
    String far = "x".repeat(5000);
    assertThat(Printable.line("a\u001b]" + far + "\u0007b", 10_000)).isEqualTo("a" + far + "b");
  }

  @Test
  void takesOutWhatDoesNotShowAndHalvesOfCharacters() {
    assertThat(Printable.line("a\u0000b\u007fc\u202ed\u200be\ud83dx\ude00", 100))
        .isEqualTo("abcdex");
    assertThat(Printable.line(" a\tb\nc\r\n", 100)).isEqualTo("a b c");
    assertThat(Printable.lines("a\tb\r\nc\u2028d\n", 100)).isEqualTo("a\tb\ncd\n");
    assertThat(Printable.is("a\n")).isFalse();
    assertThat(Printable.is("a\u001b")).isFalse();
  }

  @Test
  void cutsBetweenCharacters() {
    assertThat(Printable.line("x".repeat(500), 300)).hasSize(300);
    assertThat(Printable.lines("x".repeat(500), 300)).hasSize(300);
    assertThat(Printable.lines("\ud83d\ude00".repeat(5), 3)).isEqualTo("\ud83d\ude00".repeat(3));
  }
}
