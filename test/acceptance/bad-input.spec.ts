import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { freePort } from "../harness/free-port.ts";
import { type CommandResult, runCommand } from "../harness/phoenix-command.ts";
import { createSite, type Site } from "../harness/site.ts";

describe("bad input", function () {
  this.timeout(120_000);
  let site: Site;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "phoenix-bad-"));
    chmodSync(folder, 0o711);
    site = await createSite();
    await site.startServer();
    await site.startAgent("web-1");
  });

  after(async () => {
    await site.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const phoenix = (...args: string[]): Promise<CommandResult> => runCommand(args, { PHOENIX_SERVER: site.apiUrl });
  const run = (...args: string[]): Promise<CommandResult> => phoenix("experiment", "create", ...args);
  const two = ["--baseline", "process-baseline-v1", "--candidate", "process-priority-filter-v1"];

  /** The one line that a failed command wrote, and its code. */
  function refusal({ code, stderr, stdout }: CommandResult, wanted: number): string {
    const lines = stderr
      .trimEnd()
      .split("\n")
      .filter((line) => !line.startsWith("{"));
    expect(code, stderr + stdout).to.equal(wanted);
    expect(lines, stderr).to.have.lengthOf(1);
    // A line of the log may say more of a duty that was interrupted.
    expect(lines.join("\n")).to.not.match(/\bat .+:\d+:\d+\)/);
    return lines[0] ?? "";
  }

  it("an unknown pipeline", async () => {
    const line = refusal(await run("--baseline", "process-baseline-v1", "--candidate", "no-such"), 3);
    expect(line).to.contain("no-such").and.to.contain("process-priority-filter-v1");
  });

  it("an unknown host", async () => {
    expect(refusal(await run(...two, "--host", "web-9"), 3)).to.contain("web-9");
  });

  it("an expression that does not compile", async () => {
    expect(refusal(await run(...two, "--must-keep", "post(gres"), 2)).to.contain("post(gres");
  });

  it("a scenario file with a wrong key, with line and column", async () => {
    const path = join(folder, "scenario.yaml");
    writeFileSync(path, "baseline: process-baseline-v1\ncandidates: [process-priority-filter-v1]\nmustkeep: [nginx]\n");
    expect(refusal(await phoenix("experiment", "run", "-f", path), 2)).to.contain(
      `${path}:3:1: unknown key "mustkeep"`,
    );
  });

  it("a pipeline that the collector refuses, in the collector's own words", async () => {
    const path = join(folder, "config.yaml");
    writeFileSync(
      path,
      "receivers:\n  host_metrics:\n    collection_interval: never\n    scrapers: {process: {}}\nexporters: {debug: {}}\n" +
        "service:\n  pipelines:\n    metrics: {receivers: [host_metrics], exporters: [debug]}\n",
    );
    const result = await phoenix("pipeline", "validate", path);
    expect(refusal(result, 4)).to.match(/collection_interval|duration/);
  });

  it("no collector to be had", async () => {
    const result = await runCommand(["agent", "--controller", site.agentAddress, "--state-dir", join(folder, "none")], {
      PHOENIX_OTELCOL: join(folder, "nothing-here"),
      PHOENIX_ENROLLMENT_TOKEN: "not-used-before-the-collector",
    });
    expect(refusal(result, 5)).to.contain("PHOENIX_OTELCOL");
  });

  it("a database that cannot be reached", async () => {
    const url = `postgresql://phoenix:secret@127.0.0.1:${await freePort()}/phoenix`;
    const line = refusal(await runCommand(["server", "--port", "0", "--agent-port", "0", "--database-url", url]), 5);
    expect(line).to.contain("127.0.0.1").and.to.not.contain("secret");
  });

  it("a port that is taken", async () => {
    const port = new URL(site.apiUrl).port;
    const result = await runCommand([
      "server",
      "--port",
      port,
      "--agent-port",
      "0",
      "--data-dir",
      join(folder, "other"),
    ]);
    expect(refusal(result, 4)).to.contain(port);
  });

  it("a second server on the same data directory", async () => {
    const result = await runCommand([
      "server",
      "--port",
      "0",
      "--agent-port",
      "0",
      "--data-dir",
      join(site.folder, "server"),
    ]);
    expect(refusal(result, 5)).to.contain(String(site.server?.child.pid));
  });

  it("no server to talk to", async () => {
    const server = `http://127.0.0.1:${await freePort()}`;
    expect(refusal(await runCommand(["host", "list", "--server", server]), 5)).to.contain("phoenix server");
  });

  it("promoting what has no verdict", async () => {
    const created = await phoenix("experiment", "create", ...two, "--output", "json");
    const { experiment } = JSON.parse(created.stdout) as { experiment: { experimentId: string } };
    refusal(await phoenix("experiment", "promote", experiment.experimentId), 4);
    expect(refusal(await phoenix("experiment", "promote", experiment.experimentId, "--force"), 2)).to.contain(
      "--reason",
    );
  });

  it("an unknown command or flag", async () => {
    const { code, stderr } = await phoenix("experiment", "lst");
    expect(code).to.equal(2);
    expect(stderr).to.contain("list");
  });
});
