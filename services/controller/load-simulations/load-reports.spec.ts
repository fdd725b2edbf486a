import { create } from "@bufbuild/protobuf";
import { type LoadStatus, LoadStatusSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { expect } from "chai";
import { createLoadReports, type LoadReports } from "./load-reports.ts";

describe("what heartbeats say of loads", () => {
  let nowMs: number;
  let reports: LoadReports;
  const status = (processes: number, spawned: bigint): LoadStatus =>
    create(LoadStatusSchema, { loadSimulationId: "load-1", processes, spawned });
  const due = (): [number, bigint][] => reports.due().map(({ processes, spawned }) => [processes, spawned]);

  beforeEach(() => {
    nowMs = 1_000;
    reports = createLoadReports(
      () => new Date(0),
      () => nowMs,
    );
  });

  it("is stored at once when another number of processes runs, and seldom when only more were begun", () => {
    reports.take("h1", [status(10, 10n)]);
    expect(due()).to.deep.equal([[10, 10n]]);
    expect(due()).to.deep.equal([]);
    nowMs += 3_000;
    reports.take("h1", [status(10, 12n)]);
    expect(due()).to.deep.equal([]);
    nowMs += 3_000;
    reports.take("h1", [status(9, 13n)]);
    expect(due()).to.deep.equal([[9, 13n]]);
    nowMs += 11_000;
    reports.take("h1", [status(9, 20n)]);
    expect(due()).to.deep.equal([[9, 20n]]);
  });

  it("counts a load as gone that heartbeats have not named for a while, and not one of a silent host", () => {
    expect(reports.absent("h1", "load-1", 8_000), "a host never heard").to.equal(false);
    reports.take("h1", [status(1, 1n)]);
    nowMs += 9_000;
    expect(reports.absent("h1", "load-1", 8_000), "silence").to.equal(false);
    reports.take("h1", []);
    expect(reports.absent("h1", "load-1", 8_000)).to.equal(true);
    expect(reports.absent("h1", "load-2", 8_000), "one never named").to.equal(true);
    reports.take("h1", [status(1, 1n)]);
    expect(reports.absent("h1", "load-1", 8_000), "named again").to.equal(false);
  });

  it("is forgotten of hosts that are silent", () => {
    reports.take("h1", [status(1, 1n)]);
    nowMs += 61_000;
    expect(due()).to.deep.equal([]);
  });

  it("begins anew with a host that is heard again after a silence", () => {
    reports.take("h1", []);
    nowMs += 61_000;
    reports.take("h1", []);
    expect(reports.absent("h1", "load-1", 8_000), "only just heard").to.equal(false);
    nowMs += 9_000;
    reports.take("h1", [status(3, 3n)]);
    expect(due()).to.deep.equal([[3, 3n]]);
    expect(reports.absent("h1", "load-2", 8_000)).to.equal(true);
  });
});
