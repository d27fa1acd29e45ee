package io.lockstep.collector.notify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
  private static final Redaction REDACTION =
      Redaction.of(
          List.of(
              "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2U=",
              "c2VjcmV0c2VjcmV0c2VjcmV0c2U=",
              "/hooks/T012/B034%2Fxx/PATHSECRET-abc?token=QUERYSECRET&x=1",
              "PATHSECRET-abc",
              "token=QUERYSECRET&x=1",
              "QUERYSECRET",
              "Bearer h3ader",
              "h3ader"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no hook PATHSECRET-abc",
        "bad token QUERYSECRET",
        "<pre>Cannot POST /hooks/T012/B034%2Fxx/PATHSECRET-abc?token=QUERYSECRET&amp;x=1</pre>",
        "{\"path\": \"\\/hooks\\/T012\\/B034%2Fxx\\/PATHSECRET-abc?token=QUERYSECRET\"}",
        "not found: /hooks/T012/B034/xx/PATHSECRET-abc?token=QUERYSECRET&x=1",
        "key c2VjcmV0c2VjcmV0c2VjcmV0c2U is old",
        "authorization bearer H3ADER refused",
      })
  void takesOutWhatIsSecretInEveryForm(String text) {
    assertThat(REDACTION.clean(text))
        .contains("(secret)")
        .doesNotContainIgnoringCase("PATHSECRET")
        .doesNotContainIgnoringCase("QUERYSECRET")
        .doesNotContainIgnoringCase("c2VjcmV0")
        .doesNotContainIgnoringCase("h3ader");
  }

  @Test
  void leavesOtherTextAsItIs() {
    assertThat(REDACTION.clean("no such channel")).isEqualTo("no such channel");
  }
}
