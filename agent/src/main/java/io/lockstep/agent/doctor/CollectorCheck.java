package io.lockstep.agent.doctor;

import io.lockstep.agent.send.Answer;
import io.lockstep.agent.send.Collector;
import io.lockstep.telemetry.config.FileProblem;
import java.io.IOException;
import java.net.URI;
import java.util.List;

/// Whether each collector takes what this agent sends, with its token and certificates. What is
/// sent is a request with nothing in it.
final class CollectorCheck {
  private static final String MEND =
      "is it running, is the name right, does a firewall let its port through? (collectors in the"
          + " configuration)";

  private CollectorCheck() {}

  static Diagnosis of(URI url, Collector.Config config, String version) {
    Answer answer;
    try {
      answer = new Collector(List.of(url), config, version).probe();
    } catch (IOException e) {
      return bad(FileProblem.words(e), "send.token_file and send.ca_file");
    }
    return switch (answer) {
      case Answer.Acknowledged _ -> Diagnosis.good("collector", url + " takes what is sent");
      case Answer.TryLater later ->
          Diagnosis.warning(
              "collector",
              url + " asks to come later: " + later.reason(),
              "its /readyz says why; until then batches wait in the spool");
      case Answer.Refused refused ->
          bad(url + " refuses: " + refused.reason(), "the collector's log says why");
      case Answer.Misconfigured wrong ->
          bad(
              url + ": " + wrong.reason(),
              wrong.reason().contains("token")
                  ? "send.token_file holds this server's token"
                  : "collectors in the configuration: scheme, host and port of a collector's"
                      + " OTLP/HTTP, as http://collector:4318");
      case Answer.Away away -> bad(url + ": " + away.reason(), MEND);
    };
  }

  private static Diagnosis bad(String finding, String mend) {
    return Diagnosis.bad("collector", finding, mend);
  }
}
