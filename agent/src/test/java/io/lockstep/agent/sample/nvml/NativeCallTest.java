package io.lockstep.agent.sample.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NativeCallTest {
  private static long function(String name) {
    return Pointer.nativeValue(NativeLibrary.getInstance("c").getFunction(name));
  }

  @Test
  void numbersArriveAndComeBackWithTheirSign() {
    assertThat(NativeCall.of(function("abs"), -7)).isEqualTo(7);
    assertThat(NativeCall.of(function("toupper"), (int) 'b')).isEqualTo('B');
    assertThat(NativeCall.of(function("getpid"))).isEqualTo((int) ProcessHandle.current().pid());
  }

  @Test
  void pointersAndWideNumbersArriveWhole() {
    try (var first = new Memory(64);
        var second = new Memory(64)) {
      first.clear();
      second.clear();
      second.setByte(63, (byte) 1);
      assertThat(NativeCall.of(function("memcmp"), first, second, 63L)).isZero();
      assertThat(NativeCall.of(function("memcmp"), first, second, 64L)).isNegative();
      var place = new PointerByReference();
      assertThat(NativeCall.of(function("posix_memalign"), place, 64L, 1L << 20)).isZero();
      assertThat(Pointer.nativeValue(place.getValue()) % 64).isZero();
      NativeCall.of(function("free"), place.getValue());
      NativeCall.of(function("free"), (Object) null);
    }
  }

  @Test
  void eachThreadHasArgumentsOfItsOwn() {
    var all =
        IntStream.range(0, 8)
            .mapToObj(thread ->
                CompletableFuture.runAsync(() -> {
                  for (int i = 1; i < 20_000; i++) {
                    int number = -(thread * 100_000 + i);
                    assertThat(NativeCall.of(function("abs"), number)).isEqualTo(-number);
                  }
                }))
            .toList();
    all.forEach(CompletableFuture::join);
  }

  @Test
  void whatIsNoWordIsRefused() {
    assertThatThrownBy(() -> NativeCall.of(function("abs"), "7"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("String");
  }
}
