import { expect } from "chai";
import { createMetrics, observeCall } from "./index.ts";

describe("createMetrics", () => {
  it("writes what parts register, and served calls in seconds", async () => {
    const metrics = createMetrics({ processMetrics: false });
    metrics.counter({ name: "phoenix_things_total", help: "Things." }).inc(3);
    observeCall(metrics, { service: "test.v1.Things", method: "Get", code: "ok", durationMs: 40 });
    const text = await metrics.text();
    expect(text).to.contain("phoenix_things_total 3");
    expect(text).to.contain(
      'phoenix_rpc_duration_seconds_bucket{le="0.05",service="test.v1.Things",method="Get",code="ok"} 1',
    );
    expect(text).to.contain(
      'phoenix_rpc_duration_seconds_bucket{le="0.025",service="test.v1.Things",method="Get",code="ok"} 0',
    );
  });

  it("keeps the metrics of two registries apart", async () => {
    const [one, other] = [createMetrics({ processMetrics: false }), createMetrics({ processMetrics: false })];
    one.gauge({ name: "phoenix_level", help: "Level." }).set(1);
    expect(await other.text()).to.not.contain("phoenix_level");
  });

  it("measures the process", async () => {
    expect(await createMetrics().text()).to.contain("process_resident_memory_bytes");
  });
});
