import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import { resolveAgentConfig, resolveAgentOptions } from "./index.ts";

const logger = createLogger({ name: "test", level: "silent" });
const resolve = (options: object) => resolveAgentOptions({ stateDir: "state", logger, ...options });

describe("the agent's options", () => {
  it("are filled in and frozen", () => {
    const config = resolve({});
    expect(config).to.include({ agentUrl: "127.0.0.1:7471", transport: "stream", insecure: false });
    expect(config.stateDir).to.match(/^\/.*\/state$/);
    expect(Object.isFrozen(config)).to.equal(true);
  });

  it("take any host with a port", () => {
    for (const agentUrl of ["[::1]:7000", "phoenix.example:7471"]) {
      expect(resolve({ agentUrl }).agentUrl).to.equal(agentUrl);
    }
  });

  it("come from flags before the environment, with labels as pairs", () => {
    const env = { PHOENIX_CONTROLLER: "127.0.0.1:1", PHOENIX_LABELS: "role=web,zone=a=b", PHOENIX_LOG_LEVEL: "error" };
    const options = resolveAgentConfig({ flags: { controller: "127.0.0.1:2", stateDir: "x" }, env });
    expect(options).to.deep.include({ agentUrl: "127.0.0.1:2", labels: { role: "web", zone: "a=b" } });
    expect(resolveAgentConfig({ env }).agentUrl).to.equal("127.0.0.1:1");
    expect(() => resolveAgentConfig({ flags: { labels: "role" } })).to.throw("key=value");
  });

  it("leave PHOENIX_SERVER to the command line, for which it is the API's URL", () => {
    const { agentUrl } = resolveAgentConfig({ env: { PHOENIX_SERVER: "http://127.0.0.1:7470" } });
    expect(agentUrl).to.equal("127.0.0.1:7471");
  });

  const wrong: [string, object][] = [
    ["agentUrl", { agentUrl: "127.0.0.1" }],
    ["agentUrl", { agentUrl: "127.0.0.1:99999" }],
    ["agentUrl", { agentUrl: "http://127.0.0.1:7470" }],
    ["transport", { transport: "pigeon" }],
    ["hostName", { hostName: "" }],
    ["enrollmentToken", { enrollmentToken: "short" }],
  ];
  for (const [option, options] of wrong) {
    it(`are refused by name: ${JSON.stringify(options)}`, () => {
      expect(() => resolve(options))
        .to.throw()
        .with.nested.property("metadata.option", option);
    });
  }
});
