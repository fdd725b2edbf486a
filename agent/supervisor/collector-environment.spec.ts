import { expect } from "chai";
import { collectorEnvironment } from "./collector-environment.ts";
import { exampleSpec } from "./example-spec.ts";

describe("the environment of a collector", () => {
  const facts = {
    hostId: "h-1",
    hostName: "web 1",
    path: "/usr/bin",
    home: "/var/lib/phoenix",
    healthPort: 20_001,
    metricsPort: 20_002,
    initialDelayMs: 1_234,
  };

  it("is exactly this", () => {
    const spec = exampleSpec({ variant: "candidate", memoryLimitMib: 512, tapUrl: "http://127.0.0.1:9/t" });
    expect(collectorEnvironment(spec, facts)).to.deep.equal({
      PATH: "/usr/bin",
      HOME: "/var/lib/phoenix",
      GOMEMLIMIT: "409MiB",
      PHX_HOST_ID: "h-1",
      PHX_HOST_NAME: "web 1",
      PHX_VARIANT: "candidate",
      PHX_TAP_URL: "http://127.0.0.1:9/t",
      PHX_HEALTH_PORT: "20001",
      PHX_METRICS_PORT: "20002",
      PHX_MEM_LIMIT_MIB: "512",
      PHX_INITIAL_DELAY: "1234ms",
      PHX_INTERVAL: "5000ms",
    });
  });

  it("names the experiment that an arm belongs to", () => {
    const spec = exampleSpec({ variant: "candidate", experimentId: "exp-7" });
    expect(collectorEnvironment(spec, facts)).to.include({ PHX_EXPERIMENT_ID: "exp-7", PHX_VARIANT: "candidate" });
  });

  it("has no scrape interval where the configuration's own is to count", () => {
    expect(collectorEnvironment(exampleSpec({ scrapeIntervalMs: 0 }), facts)).to.not.have.property("PHX_INTERVAL");
  });

  it("has the default limit when none is asked for", () => {
    const env = collectorEnvironment(exampleSpec({ memoryLimitMib: 0 }), facts);
    expect(env).to.include({ PHX_MEM_LIMIT_MIB: "256", GOMEMLIMIT: "204MiB" });
  });
});
