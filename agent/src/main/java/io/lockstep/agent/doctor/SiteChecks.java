package io.lockstep.agent.doctor;

import io.lockstep.agent.sample.check.CheckSampler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The site's checks: which would be run, and which files are not and why. None is run.
final class SiteChecks {
  private SiteChecks() {}

  static List<Diagnosis> of(CheckSampler.Config config) {
    List<String> names = CheckSampler.names(config);
    Map<String, String> refused = CheckSampler.refused(config);
    var all = new ArrayList<Diagnosis>();
    if (!names.isEmpty()) {
      String count = names.size() + (names.size() == 1 ? " check: " : " checks: ");
      all.add(Diagnosis.good("checks", count + String.join(", ", names)));
    } else if (refused.isEmpty()) {
      all.add(Diagnosis.absent("checks", "there is no file in the folders"));
    }
    refused.forEach((place, why) ->
        all.add(
            Diagnosis.bad(
                "checks",
                place + " is not run: " + why,
                "mend it, or take it out of the folder or the configuration")));
    return all;
  }
}
