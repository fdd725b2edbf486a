import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse, parseAllDocuments, stringify } from "yaml";
import { eventually } from "../harness/eventually.ts";
import { runCommand } from "../harness/phoenix-command.ts";
import { createSite, type Site } from "../harness/site.ts";

const patienceMs = 90_000;

/** What is looked at of the objects. */
type Manifest = {
  kind: string;
  data: Record<string, string>;
  spec: { template: { spec: { containers: [Container] } } };
};
type Container = {
  command: string[];
  env: { name: string }[];
  startupProbe: { exec: { command: [string, ...string[]] } };
  readinessProbe: { exec: { command: [string, ...string[]] } };
};

describe("manifests for a pipeline with a moving filter", function () {
  this.timeout(300_000);
  let site: Site;

  before(async () => {
    site = await createSite();
    await site.startServer();
  });

  after(() => site.close());

  const phoenix = async (args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCommand(args, { PHOENIX_SERVER: site.apiUrl });
    expect(code, stderr).to.equal(0);
    return stdout;
  };

  it("run an agent on a node that moves the filter, once their head's words are followed", async () => {
    const asked = ["--image", "agent:1", "--controller", "phoenix.example:7471", "--insecure", "--var", "k=3"];
    const yaml = await phoenix(["pipeline", "manifests", "process-topk-v1", ...asked, "--must-keep", "postgres|init"]);
    const objects = parseAllDocuments(yaml).flatMap((document): Manifest[] => document.toJS() ?? []);
    const of = (kind: string): Manifest =>
      objects.find((object) => object.kind === kind) ?? expect.fail(`there is no ${kind}`);
    const { command, env, startupProbe, readinessProbe } = of("DaemonSet").spec.template.spec.containers[0];

    // What is the cluster's: the address of the server, the folder on the node, and what the kubelet fills in.
    const stateDir = join(site.folder, "agent-node-1");
    const config = { ...parse(of("ConfigMap").data["config.yaml"] ?? ""), controller: site.agentAddress, stateDir };
    const file = join(site.folder, "agent.yaml");
    writeFileSync(file, stringify(config));
    expect(env.map(({ name }) => name)).to.deep.equal(["PHOENIX_HOST_NAME", "PHOENIX_ENROLLMENT_TOKEN"]);
    expect(command.slice(0, 2)).to.deep.equal(["phoenix", "agent"]);
    expect(command[2]).to.equal("--config=/etc/phoenix/agent/config.yaml");
    await site.startAgentFrom("node-1", file);

    const probed = ({ exec: { command: words } }: Container["startupProbe"]): string => {
      const [program, ...args] = words.map((word) => word.replaceAll("/var/lib/phoenix/agent", stateDir));
      return execFileSync(program ?? "", args, { encoding: "utf8", stdio: "pipe" });
    };
    probed(startupProbe);
    expect(probed(readinessProbe)).to.match(/agent\.[0-9a-f-]{36}\.held\n$/);

    const [, words = ""] = /^# {3}(phoenix pipeline deploy .*)$/m.exec(yaml) ?? [];
    const args = execFileSync("bash", ["-c", `printf '%s\\0' ${words}`], { encoding: "utf8" })
      .split("\0")
      .slice(1, -1);
    expect(args).to.include.members(["process-topk-v1@1", "nodes=phoenix-agent", "k=3", "postgres|init"]);
    await phoenix(args);
    const detail = await eventually(
      "the agent to move the filter",
      async () => {
        const { host } = await site.client.fleet.getHost({ hostId: "node-1" });
        return host?.collectors.find(({ collectorId }) => collectorId === "active")?.dynamicDetail || undefined;
      },
      patienceMs,
    );
    expect(detail).to.match(/^3 and \d+ must-keep of \d+ processes$/);
  });

  it("are refused without an image, which nobody publishes, and without a server that pods reach", async () => {
    const refused = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await runCommand(["pipeline", "manifests", ...args], { PHOENIX_SERVER: site.apiUrl });
      expect(code).to.equal(2);
      return stderr;
    };
    expect(await refused("process-adaptive-filter-v1")).to.contain("no image of the agent is published");
    expect(await refused("process-topk-v1", "--image", "agent:1")).to.contain("agent port as pods reach it");
    const own = ["--image", "agent:1", "--controller", "127.0.0.1:7471"];
    expect(await refused("process-topk-v1", ...own)).to.contain("127.0.0.1:7471 is each pod's own");
    expect(await refused("process-baseline-v1", "--insecure")).to.contain("Without a controller");
  });
});
