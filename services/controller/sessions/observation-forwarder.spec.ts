import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  type RecordObservationsRequest,
  RecordObservationsResponseSchema,
} from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { type Observation, ObservationSchema } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import { createObservationForwarder } from "./observation-forwarder.ts";

const logger = createLogger({ name: "test", level: "silent" });
const limits = { maxCallObservations: 4, maxCallBytes: 1_000_000, maxWaitingBytes: 1_000_000, callTimeoutMs: 1_000 };
const batch = (...variants: string[]) => variants.map((variant) => create(ObservationSchema, { variant }));

/** A benchmark whose calls wait until they are let go, and fail where the test says so. */
function createGate(judge: (observations: Observation[]) => Code | null = () => null) {
  const calls: string[][] = [];
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const recordObservations = async (request: Partial<RecordObservationsRequest>) => {
    const observations = request.observations ?? [];
    calls.push(observations.map((observation) => `${observation.hostId}/${observation.variant}`));
    await gate;
    const code = judge(observations);
    if (code !== null) throw new ConnectError("refused", code);
    return create(RecordObservationsResponseSchema, {});
  };
  const benchmark = { recordObservations } as Parameters<typeof createObservationForwarder>[0]["benchmark"];
  return { calls, open: () => open(), benchmark };
}

describe("createObservationForwarder", () => {
  it("carries what comes in during two calls in the next ones, up to their limit", async () => {
    const { calls, open, benchmark } = createGate();
    const forwarder = createObservationForwarder({ benchmark, logger, limits });
    const sent = ["h1", "h2", "h3", "h4", "h5"].map((host) => forwarder.forward(host, batch("a", "b")));
    open();
    expect(await Promise.all(sent)).to.deep.equal([true, true, true, true, true]);
    expect(calls).to.deep.equal([
      ["h1/a", "h1/b"],
      ["h2/a", "h2/b"],
      ["h3/a", "h3/b", "h4/a", "h4/b"],
      ["h5/a", "h5/b"],
    ]);
  });

  it("does not let one agent's bad observation cost the others theirs", async () => {
    const bad = (observations: Observation[]) =>
      observations.some((observation) => observation.variant === "bad") ? Code.InvalidArgument : null;
    const { open, benchmark } = createGate(bad);
    const forwarder = createObservationForwarder({ benchmark, logger, limits });
    const sent = [batch("a"), batch("b"), batch("bad"), batch("c")].map((one, n) => forwarder.forward(`h${n}`, one));
    open();
    expect(await Promise.all(sent)).to.deep.equal([true, true, false, true]);
  });

  it("says so when nothing was stored, and tries nothing twice by itself", async () => {
    const { calls, open, benchmark } = createGate(() => Code.Unavailable);
    const forwarder = createObservationForwarder({ benchmark, logger, limits });
    open();
    expect(await forwarder.forward("h1", batch("a"))).to.equal(false);
    expect(calls).to.have.length(1);
  });

  it("refuses what does not fit into memory, and everything once it is stopped", async () => {
    const { open, benchmark } = createGate();
    const forwarder = createObservationForwarder({ benchmark, logger, limits: { ...limits, maxWaitingBytes: 1_000 } });
    const first = forwarder.forward("h1", batch("a"));
    expect(await forwarder.forward("h2", batch("a"))).to.equal(false);
    open();
    expect(await first).to.equal(true);
    await forwarder.stop();
    expect(await forwarder.forward("h1", batch("a"))).to.equal(false);
  });
});
