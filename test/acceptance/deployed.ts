import { CollectorState, type CollectorStatus } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { Deployment, DeploymentHost } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { eventually } from "../harness/eventually.ts";
import { type CommandResult, runCommand } from "../harness/phoenix-command.ts";
import type { Site } from "../harness/site.ts";

/** The one deployment of a site. */
export const deploymentName = "acceptance";

/** `phoenix pipeline <args>` against a site. */
export function pipelineCommand({ apiUrl }: Site, ...args: string[]): Promise<CommandResult> {
  return runCommand(["pipeline", ...args, "--server", apiUrl]);
}

/** `phoenix pipeline deploy <args>`, without a pause between steps, and waits until it is over. */
export function tryToDeploy(site: Site, ...args: string[]): Promise<CommandResult> {
  return pipelineCommand(site, "deploy", ...args, "--name", deploymentName, "--dwell", "0s", "--wait");
}

/** The same where it has to succeed; gives the id of the deployment. */
export async function deploy(site: Site, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await tryToDeploy(site, ...args);
  if (code !== 0) throw new Error(`the deployment failed: ${stdout}${stderr}`);
  const { deployment } = await site.client.deployments.getDeployment({ deploymentId: deploymentName });
  return deployment?.deploymentId ?? "";
}

/** Waits until a deployment is as wanted. */
export function waitForDeployment(
  { client }: Site,
  deploymentId: string,
  what: string,
  wanted: (deployment: Deployment) => boolean,
  deadlineMs: number,
): Promise<Deployment> {
  return eventually(
    what,
    async () => {
      const { deployment } = await client.deployments.getDeployment({ deploymentId });
      return deployment !== undefined && wanted(deployment) ? deployment : undefined;
    },
    deadlineMs,
  );
}

/** The one host of a deployment. */
export async function hostOf({ client }: Site, deploymentId: string): Promise<DeploymentHost> {
  const { hosts } = await client.deployments.listDeploymentHosts({ deploymentId });
  const [host] = hosts;
  if (host === undefined || hosts.length > 1) throw new Error(`the deployment has ${hosts.length} hosts, not one`);
  return host;
}

/** The collector that runs a host's pipeline outside experiments, once it runs this and is healthy. */
export function activeCollector({ client }: Site, host: string, configDigest: string): Promise<CollectorStatus> {
  return eventually(
    `the collector of ${host} to run ${configDigest.slice(0, 12)}`,
    async () => {
      const { collectors = [] } = (await client.fleet.getHost({ hostId: host })).host ?? {};
      const active = collectors.find(({ collectorId }) => collectorId === "active");
      return active?.configDigest === configDigest && active.state === CollectorState.HEALTHY ? active : undefined;
    },
    60_000,
  );
}
