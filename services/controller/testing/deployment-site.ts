import type { MessageInitShape } from "@bufbuild/protobuf";
import { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import {
  type Deployment,
  type DeploymentEvent,
  DeploymentEventType,
  type DeploymentHost,
  DeploymentState,
  DriftState,
} from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import type { CreateDeploymentRequestSchema } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import type { DeploymentSettings } from "../deployments/index.ts";
import { createExperimentSite, type ExperimentSite } from "./experiment-site.ts";
import type { ObedientAgent } from "./obedient-agent.ts";
import { until } from "./until.ts";

type CreateInit = Exclude<MessageInitShape<typeof CreateDeploymentRequestSchema>, { $typeName: string }>;

/** A controller with hosts that do what they are told, and what a spec asks of deployments. */
export interface DeploymentSite extends ExperimentSite {
  /** The agents, by host name. */
  agents: Map<string, ObedientAgent>;
  addHosts(...names: string[]): Promise<void>;
  /** Deploys process-<name>-v1 as "web"; without another strategy to all hosts, a canary first, watched for a minute. */
  deploy(name: string, over?: CreateInit): Promise<Deployment>;
  /** Makes process-<name>-v1 the next version. */
  change(deploymentId: string, name: string): Promise<Deployment>;
  find(deploymentId: string): Promise<Deployment>;
  untilState(deploymentId: string, state: DeploymentState): Promise<Deployment>;
  /** Moves the clock on, by a few seconds a look, until the deployment stands so. */
  runTo(deploymentId: string, state: DeploymentState): Promise<Deployment>;
  hostsOf(deploymentId: string): Promise<Map<string, DeploymentHost>>;
  /** Waits until a host stands so. */
  untilDrift(deploymentId: string, hostName: string, drift: DriftState): Promise<DeploymentHost>;
  /** "STEP_STARTED Step 1 of 3: ..." for every event. */
  story(deploymentId: string): Promise<string[]>;
  /** Names of hosts whose collector runs this digest, sorted. */
  running(configDigest: string): string[];
  /** Has the collector of a host end by itself and go back to what it ran before. */
  crash(hostName: string): void;
}

/** The name of a value of an enum of the contract. */
function nameOf(values: Readonly<Record<string, number>>, value: number): string {
  return Object.keys(values).find((name) => values[name] === value) ?? String(value);
}

/** Creates a controller for specs of deployments. */
export async function createDeploymentSite(settings: Partial<DeploymentSettings> = {}): Promise<DeploymentSite> {
  const site = await createExperimentSite({}, settings);
  const agents = new Map<string, ObedientAgent>();
  const events = async (deploymentId: string): Promise<DeploymentEvent[]> => {
    const [row] = await site.db.query<{ last: string }>(
      "SELECT last_event_sequence AS last FROM deployments WHERE deployment_id = $1",
      [deploymentId],
    );
    const found: DeploymentEvent[] = [];
    const stop = new AbortController();
    for await (const answer of site.deployments.watchDeployment({ deploymentId }, { signal: stop.signal })) {
      found.push(...answer.events);
      if (found.length >= Number(row!.last)) break;
    }
    stop.abort();
    return found;
  };
  const own: DeploymentSite = {
    ...site,
    agents,
    async addHosts(...names) {
      for (const name of names) agents.set(name, await site.addHost(name));
    },
    async deploy(name, over = {}) {
      const request = { name: "web", pipeline: { name: `process-${name}-v1` }, ...over };
      return (await site.deployments.createDeployment(request)).deployment!;
    },
    async change(deploymentId, name) {
      const pipeline = { name: `process-${name}-v1` };
      const request = { deploymentId, pipeline, updateMask: { paths: ["pipeline"] } };
      return (await site.deployments.updateDeployment(request)).deployment!;
    },
    async find(deploymentId) {
      return (await site.deployments.getDeployment({ deploymentId })).deployment!;
    },
    untilState: (deploymentId, state) =>
      until(`the deployment is ${nameOf(DeploymentState, state)}`, async () => {
        const deployment = await own.find(deploymentId);
        return deployment.state === state && deployment;
      }),
    runTo: (deploymentId, state) =>
      until(`the deployment comes to be ${nameOf(DeploymentState, state)}`, async () => {
        const deployment = await own.find(deploymentId);
        if (deployment.state === state) return deployment;
        site.clock.advance(5);
        return null;
      }),
    async hostsOf(deploymentId) {
      const { hosts } = await site.deployments.listDeploymentHosts({ deploymentId, pageSize: 500 });
      return new Map(hosts.map((host) => [host.hostName, host]));
    },
    untilDrift: (deploymentId, hostName, drift) =>
      until(`${hostName} is ${nameOf(DriftState, drift)}`, async () => {
        const host = (await own.hostsOf(deploymentId)).get(hostName);
        return host?.drift === drift && host;
      }),
    story: async (deploymentId) =>
      (await events(deploymentId)).map(({ type, message }) => `${nameOf(DeploymentEventType, type)} ${message}`),
    running: (configDigest) =>
      [...agents]
        .filter(([, agent]) => agent.running.get("active") === configDigest)
        .map(([name]) => name)
        .sort(),
    crash(hostName) {
      agents.get(hostName)!.sayCollector("active", CollectorState.BACKING_OFF, 1);
    },
  };
  return own;
}
