import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { createLogger } from "./index.ts";

const capture = () => {
  const lines: string[] = [];
  return { lines, destination: { write: (line: string) => void lines.push(line) } };
};

describe("createLogger", () => {
  it("writes one JSON object a line with the name, a named level and an ISO time", () => {
    const { lines, destination } = capture();
    createLogger({ name: "test", destination }).info({ hostId: "h-1" }, "host enrolled");
    const line = JSON.parse(lines[0] ?? "");
    expect(line).to.include({ name: "test", level: "info", hostId: "h-1", msg: "host enrolled" });
    expect(new Date(line.time).toISOString()).to.equal(line.time);
  });

  it("cuts secrets out at the top and two levels down", () => {
    const { lines, destination } = capture();
    const secret = "hunter2-hunter2";
    createLogger({ name: "test", destination }).warn(
      { password: secret, agent: { credential: secret }, request: { headers: { authorization: secret } } },
      "refused",
    );
    expect(lines.join("")).to.contain("[redacted]");
    expect(lines.join("")).to.not.contain(secret);
  });

  it("keeps quiet below its level", () => {
    const { lines, destination } = capture();
    createLogger({ name: "test", level: "warn", destination }).info("not now");
    expect(lines).to.deep.equal([]);
  });

  it("writes to stderr and leaves stdout alone", () => {
    const module = fileURLToPath(new URL("./index.ts", import.meta.url));
    const code = `const { createLogger } = await import(${JSON.stringify(module)}); createLogger({ name: "child" }).info("here");`;
    const run = spawnSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" });
    expect(run.stdout).to.equal("");
    expect(run.stderr).to.contain('"msg":"here"');
  });
});
