package io.lockstep.collector.http;

import io.lockstep.collector.window.Host;
import io.lockstep.collector.window.PartSaid;
import io.lockstep.collector.window.Watched;
import io.lockstep.collector.window.Window;
import io.lockstep.telemetry.contract.Column;
import io.lockstep.telemetry.contract.Contract;
import io.lockstep.telemetry.contract.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// What is known of a server beyond GPUs and ports: its site checks, and what of it is not as the
/// inventory says. What its agent stopped telling of, while it tells of others, is gone; of a
/// server that is silent its last word stands.
final class PartViews {
  private static final Column CHECK = Contract.column(Table.PART, "check_state");
  private static final Column FAULT = Contract.column(Table.PART, "inventory_fault");
  private static final String CHECK_PREFIX = "check/";
  private static final String ITEM_PREFIX = "inventory/";
  private static final int DECLARED = 2;

  private final Window window;
  private final Map<String, List<Integer>> places;
  private final double nowSeconds;

  PartViews(Window window, double nowSeconds) {
    this.window = window;
    this.nowSeconds = nowSeconds;
    this.places = HostViews.byHost(window.subjects(Table.PART));
  }

  /// By name.
  List<CheckView> checks(Host host) {
    var views = new ArrayList<CheckView>();
    for (int place : places.getOrDefault(host.name(), List.of())) {
      Watched part = window.subjects(Table.PART).get(place);
      double state = last(host, place, CHECK);
      if (!Double.isNaN(state)) {
        views.add(check(part, CheckView.State.of((int) state), place));
      }
    }
    views.sort(Comparator.comparing(CheckView::name, NaturalOrder.TEXT));
    return views;
  }

  private CheckView check(Watched part, CheckView.State state, int place) {
    PartSaid said = window.said(part.host(), part.subject());
    String name = name(part, CHECK_PREFIX);
    double age = window.ageSeconds(CHECK, place);
    return said == null || !said.state().equals(state.label())
        ? new CheckView(name, state, null, null, age)
        : new CheckView(name, state, time(said), said.words(), age);
  }

  /// By item; empty when all is as it should be, or nothing is known.
  List<DifferenceView> differences(Host host) {
    var views = new ArrayList<DifferenceView>();
    for (int place : places.getOrDefault(host.name(), List.of())) {
      Watched part = window.subjects(Table.PART).get(place);
      double fault = last(host, place, FAULT);
      if (fault > 0) {
        views.add(difference(part, (int) fault));
      }
    }
    views.sort(Comparator.comparing(DifferenceView::item, NaturalOrder.TEXT));
    return views;
  }

  private DifferenceView difference(Watched part, int fault) {
    String item = name(part, ITEM_PREFIX);
    boolean declared = fault >= DECLARED;
    PartSaid said = window.said(part.host(), part.subject());
    return said == null || said.words().isEmpty()
        ? new DifferenceView(item, declared, null, null, null, null)
        : new DifferenceView(
            item, declared, said.expected(), said.found(), said.words(), time(said));
  }

  /// The last value, unless the agent was heard for longer without another; NaN when there is none.
  private double last(Host host, int place, Column column) {
    int age = window.ageSeconds(column, place);
    double silence = Math.max(0, nowSeconds - host.lastHeardNanos() / 1e9);
    return age == Window.NEVER || age > silence + Table.PART.freshSeconds()
        ? Double.NaN
        : window.latest(column, place, age + 1);
  }

  private static Instant time(PartSaid said) {
    return Instant.ofEpochSecond(0, said.timeNanos());
  }

  private static String name(Watched part, String prefix) {
    return part.subject().startsWith(prefix)
        ? part.subject().substring(prefix.length())
        : part.subject();
  }
}
