import { expect } from "chai";
import { failureCounters, inputCounters, sumCounters } from "./own-counters.ts";

const text = `# TYPE otelcol_exporter_send_failed_metric_points counter
otelcol_exporter_send_failed_metric_points{data_type="metrics",exporter="otlp_http/tap"} 12
otelcol_exporter_send_failed_metric_points_total{exporter="x"} 1.5e+03
otelcol_exporter_enqueue_failed_metric_points{exporter="otlp_http/tap"} 3
otelcol_receiver_refused_metric_points{receiver="host_metrics",transport=""} 4
otelcol_exporter_sent_metric_points{exporter="otlp_http/tap"} 1000
otelcol_receiver_accepted_metric_points{receiver="host_metrics",transport=""} 2000
otelcol_receiver_accepted_metric_points_total{receiver="host_metrics/process",transport=""} 1
otelcol_receiver_refused_log_records{receiver="otlp"} 9
otelcol_exporter_send_failed_metric_points{exporter="broken"} NaN
`;

describe("a collector's own counters", () => {
  it("add up to the points it could not deliver, over exporters and receivers, with and without _total", () => {
    expect(sumCounters(text, failureCounters)).to.equal(12 + 1_500 + 3 + 4);
  });

  it("add up to the points it brought in, over receivers", () => {
    expect(sumCounters(text, inputCounters)).to.equal(2_001);
  });

  it("are none when nothing is counted", () => {
    expect(sumCounters("", failureCounters)).to.equal(0);
  });
});
