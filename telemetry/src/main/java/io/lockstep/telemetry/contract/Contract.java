package io.lockstep.telemetry.contract;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The contract between agent and collector, as one table: every metric with its columns, every
/// event, every attribute. `docs/metrics.md` is made from it.
///
/// The rows stand in [GpuMetrics], [GpuDetailMetrics], [NvlinkMetrics], [JobMetrics], [MigMetrics],
/// [PortMetrics], [HostMetrics], [KernelMetrics], [HardwareMetrics], [SiteMetrics],
/// [TrainingAttributes] and [EventTypes].
public final class Contract {
  /// Stands in `schema_url` of everything that Lockstep sends.
  public static final String SCHEMA_URL = "https://lockstep.io/schemas/1";

  /// The version of the OpenTelemetry semantic conventions whose names are used here.
  public static final String SEMANTIC_CONVENTIONS = "1.44.0";

  private static final List<Metric> METRICS = new ArrayList<>();
  private static final Map<String, Metric> BY_NAME = new HashMap<>();
  private static final Map<Table, List<Column>> COLUMNS = new EnumMap<>(Table.class);

  static {
    var rows = new Rows(COLUMNS);
    GpuMetrics.addTo(rows);
    JobMetrics.addTo(rows);
    MigMetrics.addTo(rows);
    GpuDetailMetrics.addTo(rows);
    NvlinkMetrics.addTo(rows);
    PortMetrics.addTo(rows);
    HostMetrics.addTo(rows);
    KernelMetrics.addTo(rows);
    HardwareMetrics.addTo(rows);
    SiteMetrics.addTo(rows);
    TrainingAttributes.addTo(rows);
    METRICS.addAll(rows.metrics());
    METRICS.forEach(metric -> BY_NAME.put(metric.name(), metric));
  }

  private Contract() {}

  /// Every metric, in the order of the documentation. A name that serves several subjects (as
  /// `hw.errors` does) stands here once with all its columns.
  public static List<Metric> metrics() {
    return List.copyOf(METRICS);
  }

  /// The metric of that name, or null when the contract does not know it.
  public static @Nullable Metric metric(String name) {
    return BY_NAME.get(name);
  }

  /// The columns of a table, by their index; empty for [Table#METRIC] and [Table#EVENT].
  public static List<Column> columns(Table table) {
    return COLUMNS.getOrDefault(table, List.of());
  }

  /// The column of that name.
  ///
  /// @throws IllegalArgumentException when the table has no such column
  public static Column column(Table table, String name) {
    for (Column column : columns(table)) {
      if (column.name().equals(name)) {
        return column;
      }
    }
    throw new IllegalArgumentException("no column " + name + " in table " + table.tableName());
  }

  /// Every event that Lockstep writes or understands.
  public static List<EventType> events() {
    return EventTypes.ALL;
  }

  /// Every attribute that Lockstep writes or understands.
  public static List<Attribute> attributes() {
    return Attributes.ALL;
  }

  /// Attributes of a data point that say more of the subject and never tell two series apart, as
  /// the semantic conventions for hardware recommend them. A point with any other attribute that
  /// its metric does not have is another series (one core of many), and no column's value.
  public static Set<String> descriptive() {
    return Attributes.DESCRIPTIVE;
  }
}
