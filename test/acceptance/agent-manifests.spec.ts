import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { eventually } from "../harness/eventually.ts";
import { runCommand } from "../harness/phoenix-command.ts";
import { createSite, type Site } from "../harness/site.ts";

const patienceMs = 90_000;

/** The items of the list that follows these lines in a manifest. */
function listAfter(manifest: string, ...lines: string[]): string[] {
  const [, items] = new RegExp(`${lines.join("\\n *")}\\n((?: *- .*\\n)+)`).exec(manifest) ?? [];
  if (items === undefined) throw new Error(`there is no ${lines.join(" ")} in ${manifest}`);
  return items
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/^ *- /, ""));
}

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
    const folder = join(site.folder, "manifests");
    const order = ["pipeline", "manifests", "process-topk-v1", ...asked, "--must-keep", "postgres|init"];
    await phoenix([...order, "--dir", folder]);
    const [daemonSet, configMap] = ["daemonset", "configmap"].map((kind) =>
      readFileSync(join(folder, `${kind}.yaml`), "utf8"),
    ) as [string, string];

    // What is the cluster's: the address of the server, the folder on the node, and what the kubelet fills in.
    const stateDir = join(site.folder, "agent-node-1");
    const onNode = (text: string): string => text.replaceAll("/var/lib/phoenix/agent", stateDir);
    const [, config = ""] = /^ {2}config\.yaml: \|\n((?: {4}.*\n)+)/m.exec(configMap) ?? [];
    const file = join(site.folder, "agent.yaml");
    writeFileSync(
      file,
      onNode(config.replaceAll(/^ {4}/gm, "")).replace(
        "controller: phoenix.example:7471",
        `controller: ${site.agentAddress}`,
      ),
    );
    const variables = [...daemonSet.matchAll(/- name: (PHOENIX_\w+)/g)].map(([, name]) => name);
    expect(variables).to.deep.equal(["PHOENIX_HOST_NAME", "PHOENIX_ENROLLMENT_TOKEN"]);
    const command = ["phoenix", "agent", "--config=/etc/phoenix/agent/config.yaml"];
    expect(listAfter(daemonSet, "image: agent:1", "command:")).to.deep.equal(command);
    await site.startAgentFrom("node-1", file);

    const probed = (name: string): string => {
      const [program = "", ...args] = listAfter(daemonSet, `${name}:`, "exec:", "command:").map(onNode);
      return execFileSync(program, args, { encoding: "utf8", stdio: "pipe" });
    };
    probed("startupProbe");
    expect(probed("readinessProbe")).to.match(/agent\.[0-9a-f-]{36}\.held\n$/);

    const [, words = ""] = /^# {3}(phoenix pipeline deploy .*)$/m.exec(daemonSet) ?? [];
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
