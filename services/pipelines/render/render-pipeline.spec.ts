import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { loadCatalog } from "@phoenix/catalog";
import { expect } from "chai";
import { parse } from "yaml";
import { renderPipeline } from "./index.ts";

const request = { variables: {}, mustKeep: [], remoteWriteUrl: undefined };

describe("rendering", () => {
  it("names the text by the SHA-256 of its bytes", async () => {
    for (const definition of await loadCatalog()) {
      const { text, digest } = renderPipeline(definition, request);
      expect(digest).to.equal(createHash("sha256").update(Buffer.from(text, "utf8")).digest("hex"));
      expect(parse(text)).to.have.nested.property("service.pipelines");
    }
  });

  it("gives the same bytes in another process on what looks like another host", async () => {
    const program = `
      import { loadCatalog } from "@phoenix/catalog";
      import { renderPipeline } from ${JSON.stringify(new URL("./index.ts", import.meta.url).href)};
      for (const definition of await loadCatalog()) console.log(renderPipeline(definition, ${JSON.stringify(request)}).digest);`;
    const env = {
      PATH: process.env.PATH,
      HOSTNAME: "elsewhere",
      TZ: "Asia/Kathmandu",
      LANG: "tr_TR.UTF-8",
      PHX_HOST_ID: "other",
    };
    const cwd = import.meta.dirname;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module-typescript", "-e", program], {
      env,
      cwd,
    });
    const here = (await loadCatalog()).map((definition) => renderPipeline(definition, request).digest);
    expect(stdout.trim().split("\n")).to.deep.equal(here);
  }).timeout(60_000);

  it("holds no fact of this host", async () => {
    for (const definition of await loadCatalog()) {
      const { text } = renderPipeline(definition, {
        ...request,
        remoteWriteUrl: "http://prometheus.example/api/v1/write",
      });
      for (const name of [
        "HOST_ID",
        "HOST_NAME",
        "VARIANT",
        "EXPERIMENT_ID",
        "TAP_URL",
        "HEALTH_PORT",
        "METRICS_PORT",
        "MEM_LIMIT_MIB",
        // Of a moving filter the agent writes the delay into a file, as it changes with each move.
        definition.dynamic === undefined ? "INITIAL_DELAY" : "DYN_DIR",
        "INTERVAL",
      ]) {
        const reads = text.includes(`\${env:PHX_${name}`);
        expect(reads, name).to.equal(true);
      }
    }
  });

  it("changes the digest with every variable that the text depends on, and with the purpose", async () => {
    const [definition] = (await loadCatalog()).filter((each) => each.name === "process-priority-filter-v1");
    if (!definition) throw new Error("the catalog has no priority filter");
    const digests = [
      request,
      { ...request, variables: { high: "nginx" } },
      { ...request, mustKeep: ["pay"] },
      { ...request, variables: { interval: "5s" } },
      { ...request, remoteWriteUrl: "http://prometheus.example/api/v1/write" },
    ].map((each) => renderPipeline(definition, each).digest);
    expect(new Set(digests).size).to.equal(digests.length);
  });
});
