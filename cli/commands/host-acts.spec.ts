import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { createLogger } from "@phoenix/platform/logging";
import { type ApiServer, createApiServer } from "@phoenix/platform/rpc";
import { createMetrics } from "@phoenix/platform/telemetry";
import { expect } from "chai";
import { exitCodes } from "../output/exit-codes.ts";

const phoenix = join(import.meta.dirname, "..", "bin", "phoenix.mjs");

describe("what is done to a host on the command line", function () {
  // Every command is a process of its own.
  this.timeout(90_000);
  let server: ApiServer;
  let asked: string[];

  before(async () => {
    const host = { hostId: "h-1", labels: { zone: "a" }, facts: { hostName: "web-1" } };
    server = createApiServer({
      port: 0,
      routes: (router) =>
        void router.service(FleetService, {
          getHost: () => ({ host }),
          updateHost({ hostId, reason }) {
            asked.push(`label ${hostId}: ${reason}`);
            return { host };
          },
          drainHost({ hostId, draining, reason }) {
            asked.push(`${draining ? "drain" : "restore"} ${hostId}: ${reason}`);
            return { host };
          },
          createEnrollmentToken({ maxUses, reason }) {
            asked.push(`enrol ${maxUses}: ${reason}`);
            return { secret: "enrol-me" };
          },
          deleteHost({ hostId, reason }) {
            asked.push(`forget ${hostId}: ${reason}`);
            return {};
          },
        }),
      services: [FleetService],
      logger: createLogger({ name: "host-acts-spec", level: "fatal" }),
      metrics: createMetrics({ processMetrics: false }),
    });
    await server.start();
  });
  beforeEach(() => {
    asked = [];
  });
  after(() => server.stop());

  async function run(...args: string[]): Promise<{ code: number; out: string }> {
    const child = spawn(process.execPath, [phoenix, "host", ...args], {
      env: { ...process.env, PHOENIX_SERVER: server.url },
      stdio: ["ignore", "pipe", "ignore"],
    });
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString("utf8");
    });
    const [code] = (await once(child, "close")) as [number];
    return { code, out: out.trim() };
  }

  it("goes with the reason that was given", async () => {
    expect(await run("drain", "web-1", "--reason", "a new disk")).to.deep.equal({
      code: 0,
      out: "web-1 gets no new work.",
    });
    expect((await run("restore", "web-1", "--reason", "it is in")).out).to.equal("web-1 takes work again.");
    await run("label", "web-1", "zone=b", "--reason", "it moved");
    expect((await run("forget", "web-1", "--yes", "--reason", "sold")).out).to.equal("web-1 is forgotten.");
    expect((await run("enroll-token", "--reason", "a new rack")).out).to.equal("enrol-me");
    expect(asked).to.deep.equal([
      "drain web-1: a new disk",
      "restore web-1: it is in",
      "label h-1: it moved",
      "forget h-1: sold",
      "enrol 1: a new rack",
    ]);
  });

  it("forgets no host without having been told that it may", async () => {
    expect((await run("forget", "web-1")).code).to.equal(exitCodes.usage);
    expect(asked).to.deep.equal([]);
  });
});
