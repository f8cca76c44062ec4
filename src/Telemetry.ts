/**
 * Traces and metrics by OTLP, if there is a collector; otherwise no spans are made. The other variables of OpenTelemetry hold, too,
 * such as OTEL_EXPORTER_OTLP_HEADERS and OTEL_METRIC_EXPORT_INTERVAL.
 */
import { ConfigProvider, Layer, References } from "effect"
import { FetchHttpClient, HttpMiddleware } from "effect/http"
import { OtlpMetrics, OtlpSerialization, OtlpTracer } from "effect/observability"
import { VERSION } from "./domain/version.ts"
import type { Settings } from "./Settings.ts"

type Collector = Pick<Settings, "OTEL_EXPORTER_OTLP_ENDPOINT" | "OTEL_EXPORTER_OTLP_PROTOCOL" | "OTEL_SERVICE_NAME">

/** The library's own span of a request has the whole path in it. `Requests` makes one without the access code. */
const noOtherSpans = Layer.succeed(HttpMiddleware.TracerDisabledWhen, () => true)

/** What the library exports by these variables, and what it exports where they are missing. */
const defaults = ({ OTEL_SERVICE_NAME }: Collector) =>
  ConfigProvider.layerAdd(
    ConfigProvider.fromUnknown({ OTEL_TRACES_EXPORTER: "otlp", OTEL_METRICS_EXPORTER: "otlp", OTEL_SERVICE_NAME })
  )

const exporters = Layer.mergeAll(
  OtlpTracer.layerFromConfig({ resource: { serviceVersion: VERSION } }),
  OtlpMetrics.layerFromConfig({ resource: { serviceVersion: VERSION } })
)

export const layer = (collector: Collector) =>
  collector.OTEL_EXPORTER_OTLP_ENDPOINT === ""
    ? Layer.succeed(References.TracerEnabled, false)
    : exporters.pipe(
        Layer.provide([
          collector.OTEL_EXPORTER_OTLP_PROTOCOL === "http/json"
            ? OtlpSerialization.layerJson
            : OtlpSerialization.layerProtobuf,
          FetchHttpClient.layer,
          defaults(collector)
        ]),
        Layer.merge(noOtherSpans)
      )
