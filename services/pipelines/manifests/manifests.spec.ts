import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { loadCatalog, type PipelineDefinition, readPipelineDefinition } from "@phoenix/catalog";
import { expect } from "chai";
import { parseAllDocuments } from "yaml";
import { findTestCollector, runCollector } from "../testing/index.ts";
import { findManifestFaults } from "../testing/kubernetes-schemas.ts";
import { defaultImage, generateManifests, renderForNodes } from "./index.ts";

const given = { variables: {}, mustKeep: [] };
const settings = { name: "phoenix-collector", namespace: "phoenix", image: defaultImage, version: 1 };

// biome-ignore lint/suspicious/noExplicitAny: manifests are looked into as what they are, YAML.
type Manifest = any;

function manifestsOf(definition: PipelineDefinition, remoteWriteUrl?: string, more: Partial<typeof settings> = {}) {
  const yaml = generateManifests(definition, renderForNodes(definition, given), {
    ...settings,
    ...more,
    remoteWriteUrl,
  });
  const all: Manifest[] = parseAllDocuments(yaml).flatMap((document) => document.toJS() ?? []);
  const one = (kind: string): Manifest => all.find((object) => object.kind === kind);
  const pod = one("DaemonSet").spec.template.spec;
  return { yaml, all, one, pod, container: pod.containers[0] };
}

async function shipped(name: string): Promise<PipelineDefinition> {
  const found = (await loadCatalog()).find((definition) => definition.name === name);
  if (!found) throw new Error(`the catalog has no ${name}`);
  return found;
}

function written(receivers: string, processors = "{}"): PipelineDefinition {
  const { definition, problems } = readPipelineDefinition(`{name: mine, title: T, strategy: S, keeps: K, drops: D,
    variables: {interval: {type: duration, default: 15s, help: H.}}, receivers: ${receivers},
    processors: ${processors}, pipelines: {metrics: {receivers: [host_metrics]}}}`);
  if (!definition) throw new Error(JSON.stringify(problems));
  return definition;
}

describe("manifests", () => {
  it("are what the schemas of Kubernetes say, for every pipeline with a fixed filter", async () => {
    for (const definition of (await loadCatalog()).filter(({ dynamic }) => dynamic === undefined)) {
      for (const url of [undefined, "https://metrics.example/api/v1/write"]) {
        const { all } = manifestsOf(definition, url);
        expect(all.map(({ kind }) => kind)).to.deep.equal([
          "ConfigMap",
          "ServiceAccount",
          "ClusterRole",
          "ClusterRoleBinding",
          "DaemonSet",
          "Service",
        ]);
        for (const object of all) expect(findManifestFaults(object), object.kind).to.deep.equal([]);
      }
    }
    const all = written(
      "{host_metrics: {scrapers: {filesystem: {}, network: {}, process: {}}}, kubelet_stats: {}}",
      "{k8s_attributes: {}, resource_detection: {detectors: [k8snode]}}",
    );
    for (const object of manifestsOf(all).all) expect(findManifestFaults(object), object.kind).to.deep.equal([]);
  });

  it("would not pass with a fault in them", async () => {
    const { one } = manifestsOf(await shipped("process-baseline-v1"));
    const faults = (kind: string, change: (object: Manifest) => void) => {
      const object = structuredClone(one(kind));
      change(object);
      return findManifestFaults(object);
    };
    const container = (object: Manifest) => object.spec.template.spec.containers[0];
    expect(
      faults("DaemonSet", (object) => {
        container(object).ports[0].containerPort = "health";
      }),
    ).to.deep.equal(["/spec/template/spec/containers/0/ports/0/containerPort type"]);
    expect(
      faults("DaemonSet", (object) => {
        container(object).securityContext.readOnlyRootFileSystem = true;
      }),
    ).to.deep.equal(["unknown field readOnlyRootFileSystem"]);
    expect(
      faults("DaemonSet", (object) => {
        delete object.spec.selector;
      }),
    ).to.deep.equal(["/spec required"]);
    expect(
      faults("ClusterRoleBinding", (object) => {
        object.subjects[0].name = 1;
      }),
    ).not.to.deep.equal([]);
    expect(findManifestFaults({ apiVersion: "v1", kind: "Nonsense" })).to.deep.equal([
      "there is no schema for v1 Nonsense",
    ]);
  });

  it("let the collector do no more than read processes, and that as root without another right", async () => {
    const { container, pod, yaml, one } = manifestsOf(await shipped("process-baseline-v1"));
    expect(container.securityContext).to.deep.equal({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsUser: 0,
      runAsGroup: 0,
      capabilities: { drop: ["ALL"], add: ["SYS_PTRACE", "DAC_READ_SEARCH"] },
    });
    expect(yaml).to.match(/# Root with two capabilities.*\n(.*#.*\n)+ +runAsUser: 0\n/);
    expect(pod).not.to.have.any.keys("hostPID", "hostNetwork", "hostIPC");
    expect(pod.volumes.map(({ hostPath }: Manifest) => hostPath?.path)).to.deep.equal([undefined, "/proc", "/sys"]);
    expect(container.volumeMounts.every(({ readOnly }: Manifest) => readOnly)).to.equal(true);
    expect(one("ClusterRole").rules).to.deep.equal([]);
    expect(pod.automountServiceAccountToken).to.equal(false);
  });

  it("give a component what it needs and nothing where no component does", () => {
    const host = manifestsOf(written("{host_metrics: {scrapers: {cpu: {}}}}"));
    expect(host.container.securityContext).to.include({ runAsNonRoot: true, runAsUser: 10001 });
    expect(host.container.securityContext.capabilities).to.deep.equal({ drop: ["ALL"] });
    const files = manifestsOf(written("{host_metrics: {scrapers: {filesystem: {}, network: {}}}}"));
    expect(files.pod.volumes.map(({ hostPath }: Manifest) => hostPath?.path)).to.include("/");
    expect(files.pod).to.include({ hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" });
    const cluster = manifestsOf(
      written("{host_metrics: {scrapers: {cpu: {}}}, kubeletstats: {}}", "{k8sattributes: {}}"),
    );
    expect(cluster.one("ClusterRole").rules.map(({ resources }: Manifest) => resources.join())).to.have.members([
      "nodes/stats",
      "pods,namespaces,nodes",
      "replicasets",
    ]);
    expect(cluster.pod.automountServiceAccountToken).to.equal(true);
    expect(cluster.one("ServiceAccount").automountServiceAccountToken).to.equal(true);
  });

  it("send to the backend and not to a tap, at a URL that pods can reach or that the cluster gives", async () => {
    const definition = await shipped("process-baseline-v1");
    const outside = manifestsOf(definition, "https://metrics.example/w?a=$(HOME)");
    expect(outside.one("ConfigMap").data["config.yaml"]).not.to.match(/otlp_http|PHX_TAP_URL|metrics\.example/);
    const variable = ({ container }: Manifest, name: string) =>
      container.env.find((each: Manifest) => each.name === name);
    expect(variable(outside, "PHX_REMOTE_WRITE_URL").value).to.equal("https://metrics.example/w?a=$$(HOME)");
    for (const url of [undefined, "http://127.0.0.1:9090/w", "http://localhost/w", "http://[::1]:9090/w"]) {
      const inside = manifestsOf(definition, url, { name: "c", namespace: "n" });
      expect(variable(inside, "PHX_REMOTE_WRITE_URL").valueFrom).to.deep.equal({
        secretKeyRef: { name: "c-env", key: "PHX_REMOTE_WRITE_URL" },
      });
      expect(inside.yaml).to.contain(
        "#   kubectl --namespace n create secret generic c-env --from-literal=PHX_REMOTE_WRITE_URL=...\n",
      );
    }
  });

  it("ask the cluster for whatever else a pipeline takes from its environment", () => {
    const reference = (text: string) => `$\{env:${text}}`;
    const receivers = `{host_metrics: {scrapers: {cpu: {}}, a: "${reference("TOKEN")}", b: "${reference("MODE:-fast")}", c: "$${reference("NOT_ONE")}"}}`;
    const { container } = manifestsOf(written(receivers));
    const names = container.env.map(({ name }: Manifest) => name);
    expect(names).to.include("TOKEN").and.not.include.members(["MODE", "NOT_ONE"]);
  });

  it("roll the pods when the configuration changes, and under the same names", async () => {
    const definition = await shipped("process-baseline-v1");
    const render = (interval: string) => {
      const config = renderForNodes(definition, { variables: { interval }, mustKeep: [] });
      const yaml = generateManifests(definition, config, { ...settings, remoteWriteUrl: undefined });
      const object: Manifest = parseAllDocuments(yaml)[4]?.toJS();
      return { digest: config.digest, template: object.spec.template.metadata, text: config.text };
    };
    const [slow, fast] = [render("30s"), render("5s")];
    expect(slow.template.annotations["checksum/config"]).to.equal(createHash("sha256").update(slow.text).digest("hex"));
    expect(slow.template.annotations).not.to.deep.equal(fast.template.annotations);
    expect(slow.template.labels).to.deep.equal(fast.template.labels);
  });

  it("of a collector alone are refused for a filter that an agent moves", async () => {
    const moving = (await loadCatalog()).filter(({ dynamic }) => dynamic !== undefined);
    expect(moving.map(({ name }) => name)).to.deep.equal(["process-adaptive-filter-v1", "process-topk-v1"]);
    for (const definition of moving) {
      expect(() => renderForNodes(definition, given), definition.name).to.throw("is moved by an agent");
    }
  });

  it("hold a configuration with which a collector runs, is healthy, shows its metrics and sends", async function () {
    this.timeout(60_000);
    const backend = createServer((request, response) => {
      request.resume().on("end", () => response.writeHead(204).end());
    });
    const sent = once(backend, "request");
    await once(backend.listen(0, "127.0.0.1"), "listening");
    const address = backend.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const { container, one } = manifestsOf(await shipped("process-baseline-v1"));
    // What the kubelet would fill in; the ports of a pod are its own, those of this machine are not.
    const outside = { PHX_HOST_ID: "node-1", PHX_HOST_NAME: "node-1", PHX_POD_IP: "127.0.0.1" };
    const env: Record<string, string> = {};
    for (const { name, value } of container.env) {
      if (!name.endsWith("_PORT")) env[name] = value ?? outside[name as keyof typeof outside] ?? "";
    }
    try {
      const collector = await runCollector(await findTestCollector(), one("ConfigMap").data["config.yaml"], {
        PHX_VARIANT: "",
        PHX_TAP_URL: "",
        ...env,
        PHX_REMOTE_WRITE_URL: `http://127.0.0.1:${port}/api/v1/write`,
        PHX_HOST_ROOT: "/",
        PHX_INTERVAL: "1s",
      });
      try {
        const [request] = await sent;
        expect(request.url).to.equal("/api/v1/write");
        expect((await fetch(`http://127.0.0.1:${collector.healthPort}/`)).status).to.equal(200);
        const metrics = await (await fetch(`http://127.0.0.1:${collector.metricsPort}/metrics`)).text();
        expect(metrics).to.contain("otelcol_receiver_accepted_metric_points");
      } finally {
        await collector.stop();
      }
    } finally {
      const closed = once(backend, "close");
      backend.close();
      backend.closeAllConnections();
      await closed;
    }
  });
});
