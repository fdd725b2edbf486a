import { expect } from "chai";
import { sumFailures } from "./exporter-failures.ts";

describe("the points a collector could not deliver", () => {
  it("are the sum over exporters and receivers, with and without _total", () => {
    const text = `# TYPE otelcol_exporter_send_failed_metric_points counter
otelcol_exporter_send_failed_metric_points{data_type="metrics",exporter="otlp_http/tap"} 12
otelcol_exporter_send_failed_metric_points_total{exporter="x"} 1.5e+03
otelcol_exporter_enqueue_failed_metric_points{exporter="otlp_http/tap"} 3
otelcol_receiver_refused_metric_points{receiver="host_metrics",transport=""} 4
otelcol_exporter_sent_metric_points{exporter="otlp_http/tap"} 1000
otelcol_receiver_refused_log_records{receiver="otlp"} 9
otelcol_exporter_send_failed_metric_points{exporter="broken"} NaN
`;
    expect(sumFailures(text)).to.equal(12 + 1_500 + 3 + 4);
  });

  it("are none when nothing is counted", () => {
    expect(sumFailures("")).to.equal(0);
  });
});
