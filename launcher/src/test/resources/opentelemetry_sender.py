"""Sends metrics, logs and spans with the OpenTelemetry Python SDK, as any program would.

Usage: opentelemetry_sender.py URL. Exits with 1 when an exporter reports a failure.
"""

import logging
import sys

from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

url = sys.argv[1]
resource = Resource.create(
    {
        "service.name": "python-trainer",
        "host.name": "python-host",
        "dl.rank": 3,
        "dl.world_size": 8,
        "slurm.job.id": "4711",
    }
)

meters = MeterProvider(
    resource=resource,
    metric_readers=[PeriodicExportingMetricReader(OTLPMetricExporter(f"{url}/v1/metrics"))],
)
meter = meters.get_meter("lockstep.test")
meter.create_counter("app.requests", unit="{request}").add(7, {"route": "/a \"b\", c=d\\"})
meter.create_histogram("app.latency", unit="s").record(0.25)
meter.create_gauge("app.depth").set(-2.5)

logs = LoggerProvider(resource=resource)
logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(f"{url}/v1/logs")))
logger = logging.getLogger("trainer")
logger.addHandler(LoggingHandler(logger_provider=logs))
logger.warning("loss is not finite at step %d: naïve \"quotes\",\nsecond line", 12)

traces = TracerProvider(resource=resource)
traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{url}/v1/traces")))
tracer = traces.get_tracer("lockstep.test")
with tracer.start_as_current_span("training.step") as span:
    span.set_attribute("training.iteration", 41)
    span.set_attribute("training.phase.compute", 1.25)
with tracer.start_as_current_span("something else"):
    pass

done = [meters.force_flush(), logs.force_flush(), traces.force_flush()]
meters.shutdown()
logs.shutdown()
traces.shutdown()
sys.exit(0 if all(done) else 1)
