import { execFileSync } from "node:child_process";
import { loadCatalog, type PipelineDefinition } from "@phoenix/catalog";
import { expect } from "chai";
import fc from "fast-check";
import { parse, parseAllDocuments } from "yaml";
import { findManifestFaults } from "../testing/kubernetes-schemas.ts";
import { generateAgentManifests } from "./index.ts";
import { shellWord } from "./shell-word.ts";

const settings = {
  name: "phoenix-agent",
  namespace: "phoenix",
  image: "registry.example/phoenix-agent:1",
  version: 3,
  controller: "phoenix.example:7471",
  insecure: false,
};

// biome-ignore lint/suspicious/noExplicitAny: manifests are looked into as what they are, YAML.
type Manifest = any;

function manifestsOf(
  definition: PipelineDefinition,
  more: Partial<typeof settings> = {},
  given: { variables: Record<string, string>; mustKeep: string[] } = { variables: {}, mustKeep: [] },
) {
  const yaml = generateAgentManifests(definition, given, { ...settings, ...more });
  const all: Manifest[] = parseAllDocuments(yaml).flatMap((document) => document.toJS() ?? []);
  const one = (kind: string): Manifest => all.find((object) => object.kind === kind);
  const pod = one("DaemonSet").spec.template.spec;
  return { yaml, all, one, pod, container: pod.containers[0], config: parse(one("ConfigMap").data["config.yaml"]) };
}

const catalog = await loadCatalog();
const topK = catalog.find(({ name }) => name === "process-topk-v1") ?? expect.fail("there is no ranking");

describe("manifests of agents", () => {
  it("are what the schemas of Kubernetes say, for every pipeline with a moving filter", () => {
    const moving = catalog.filter(({ dynamic }) => dynamic !== undefined);
    expect(moving.map(({ name }) => name)).to.deep.equal(["process-adaptive-filter-v1", "process-topk-v1"]);
    for (const definition of moving) {
      for (const insecure of [false, true]) {
        const { all } = manifestsOf(definition, { insecure });
        // No Service: an agent listens to nobody.
        expect(all.map(({ kind }) => kind)).to.deep.equal([
          "ConfigMap",
          "ServiceAccount",
          "ClusterRole",
          "ClusterRoleBinding",
          "DaemonSet",
        ]);
        for (const object of all) expect(findManifestFaults(object), object.kind).to.deep.equal([]);
      }
    }
  });

  it("would not pass with a fault in them", () => {
    const daemonSet = manifestsOf(topK).one("DaemonSet");
    const wrongType = structuredClone(daemonSet);
    wrongType.spec.template.spec.containers[0].startupProbe.exec.command = "test";
    expect(findManifestFaults(wrongType)).to.deep.equal([
      "/spec/template/spec/containers/0/startupProbe/exec/command type",
    ]);
    daemonSet.spec.template.spec.hostPid = true;
    expect(findManifestFaults(daemonSet)).to.deep.equal(["unknown field hostPid"]);
  });

  it("let the agent see the node's processes, keep its folder on the node, and write nowhere else", () => {
    const { pod, container, yaml } = manifestsOf(topK);
    expect(pod.hostPID).to.equal(true);
    expect(pod).not.to.have.any.keys("hostNetwork", "hostIPC");
    expect(container.securityContext).to.deep.equal({
      runAsUser: 0,
      runAsGroup: 0,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"], add: ["SYS_PTRACE", "DAC_READ_SEARCH"] },
    });
    const writable = container.volumeMounts.filter(({ readOnly }: Manifest) => readOnly !== true);
    expect(writable.map(({ mountPath }: Manifest) => mountPath)).to.deep.equal(["/var/lib/phoenix/agent", "/tmp"]);
    expect(pod.volumes.flatMap(({ hostPath }: Manifest) => hostPath ?? [])).to.deep.equal([
      { path: "/var/lib/phoenix/agent", type: "DirectoryOrCreate" },
    ]);
    expect(container.resources.limits).to.deep.equal({ memory: "1408Mi" });
    expect(pod.automountServiceAccountToken).to.equal(false);
    expect(yaml).to.match(/# The agent ranks the processes of the node.*\n(.*#.*\n)+ +hostPID: true\n/);
  });

  it("trust the authorities in the Secret, or go without TLS where that was asked for", () => {
    const safe = manifestsOf(topK);
    expect(safe.config).to.deep.include({ controller: "phoenix.example:7471", tlsCaFile: "/etc/phoenix/trust/ca.crt" });
    expect(safe.pod.volumes.at(-1)).to.deep.equal({
      name: "trust",
      secret: { secretName: "phoenix-agent-env", items: [{ key: "ca.crt", path: "ca.crt" }] },
    });
    expect(safe.yaml).to.contain("create secret generic phoenix-agent-env --from-file=ca.crt=... \\");
    const open = manifestsOf(topK, { insecure: true });
    expect(open.config).to.include({ insecure: true }).and.not.have.property("tlsCaFile");
    expect(open.yaml).not.to.contain("ca.crt");
  });

  it("hold no token, and say that nobody publishes the image", () => {
    const { container, yaml } = manifestsOf(topK);
    expect(container.env[1].valueFrom.secretKeyRef).to.include({ name: "phoenix-agent-env", optional: true });
    expect(yaml).to.contain("# Phoenix publishes no image of the agent. registry.example/phoenix-agent:1 must have");
  });

  it("give the words to deploy the pipeline as it was asked for", () => {
    const given = { variables: { k: "7", always: "it's|a b" }, mustKeep: ["post(gres|master)"] };
    expect(manifestsOf(topK, {}, given).yaml).to.contain(
      `#   phoenix pipeline deploy process-topk-v1@3 --label nodes=phoenix-agent --var k=7 --var 'always=it'\\''s|a b' --must-keep 'post(gres|master)'\n`,
    );
  });

  it("roll the pods when the agents' configuration changes, and not with the pipeline", () => {
    const checksum = (manifests: ReturnType<typeof manifestsOf>): string =>
      manifests.one("DaemonSet").spec.template.metadata.annotations["checksum/config"];
    const one = checksum(manifestsOf(topK));
    expect(checksum(manifestsOf(topK, {}, { variables: { k: "9" }, mustKeep: [] }))).to.equal(one);
    expect(checksum(manifestsOf(topK, { controller: "other:7471" }))).not.to.equal(one);
  });
});

describe("a word of a shell", () => {
  it("is read as the text it was, on one line", () => {
    const text = fc.string({ unit: "binary", maxLength: 12 }).filter((each) => !each.includes("\0"));
    const texts = fc.sample(text, 300).concat("", "it's", "a\nb\\c'd", "$HOME `x` \u2028\u0085");
    const words = texts.map(shellWord);
    for (const word of words) expect(word).not.to.match(/[\n\r\u0085\u2028\u2029]/);
    const printed = execFileSync("bash", ["-c", `printf '%s\\0' ${words.join(" ")}`], {
      env: { ...process.env, LC_ALL: "C.UTF-8" },
    });
    expect(printed.toString().split("\0").slice(0, -1)).to.deep.equal(texts);
  });
});
