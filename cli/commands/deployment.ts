import { create } from "@bufbuild/protobuf";
import type { DeploymentHost } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { DeploymentEventType } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import {
  ClearQuarantinedConfigResponseSchema,
  DeleteDeploymentResponseSchema,
  GetDeploymentResponseSchema,
  ListDeploymentHostsResponseSchema,
  ListDeploymentsResponseSchema,
  ListDeploymentVersionsResponseSchema,
  ListQuarantinedConfigsResponseSchema,
  RepairDeploymentResponseSchema,
  WatchDeploymentResponseSchema,
} from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import { enumWord, formatAge, formatDigest, formatTime } from "@phoenix/report/quantities";
import { visibleText } from "@phoenix/report/visible-text";
import { Command } from "commander";
import { allPages } from "../client/all-pages.ts";
import type { PhoenixClient } from "../client/phoenix-client.ts";
import { newRequestId } from "../client/request-id.ts";
import {
  describeCounts,
  describeDeployment,
  driftWord,
  hostTable,
  stateWord,
  versionTable,
} from "../deployment/describe-deployment.ts";
import { followDeployment } from "../deployment/follow-deployment.ts";
import { CommandError } from "../output/command-error.ts";
import { confirm } from "../output/confirm.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printMessage } from "../output/output.ts";
import { renderTable } from "../output/table.ts";
import { contextOf, withServerOptions } from "./context.ts";
import { collect } from "./repeated-option.ts";

/** `phoenix deployment ...`. */
export function deploymentCommand(): Command {
  const command = new Command("deployment").description(
    "pipelines on hosts: list, show, hosts, versions, events, repair, delete, quarantine",
  );
  const add = (to: Command, child: Command): void => void to.addCommand(withServerOptions(child));
  add(
    command,
    new Command("list")
      .description("list the deployments")
      .option("--pipeline <name>", "only deployments of this pipeline", "")
      .action(list),
  );
  add(command, new Command("show").description("show one deployment").argument("<id-or-name>").action(show));
  add(
    command,
    new Command("hosts")
      .description("list the hosts of a deployment and how each stands")
      .argument("<id-or-name>")
      .option("--drifted", "only hosts that are not in sync")
      .action(hosts),
  );
  add(
    command,
    new Command("versions")
      .description("list the versions of a deployment, newest first")
      .argument("<id-or-name>")
      .action(versions),
  );
  add(
    command,
    new Command("events")
      .description("print what happened to a deployment")
      .argument("<id-or-name>")
      .option("-f, --follow", "go on as it happens")
      .action(events),
  );
  add(
    command,
    new Command("repair")
      .description("bring hosts that drifted back to what is wanted")
      .argument("<id-or-name>")
      .option("--host <id-or-name>", "only this host; may be repeated", collect, [])
      .option("--reason <text>", "why, for the record", "")
      .action(repair),
  );
  add(
    command,
    new Command("delete")
      .description("take a pipeline off its hosts; asks first")
      .argument("<id-or-name>")
      .option("--yes", "do not ask")
      .option("--reason <text>", "why, for the record", "")
      .action(remove),
  );
  const quarantine = new Command("quarantine").description("configurations that failed and are not offered again");
  add(quarantine, new Command("list").description("list them, newest first").action(listQuarantine));
  add(
    quarantine,
    new Command("clear")
      .description("let a configuration be offered again")
      .argument("<digest>")
      .requiredOption("--reason <text>", "why, for the record")
      .action(clearQuarantine),
  );
  command.addCommand(quarantine);
  return command;
}

/** Every host of a deployment, by name. */
export function hostsOf(client: Pick<PhoenixClient, "deployments">, deploymentId: string): Promise<DeploymentHost[]> {
  return allPages(async (pageToken) => {
    const page = await client.deployments.listDeploymentHosts({ deploymentId, pageToken, pageSize: 500 });
    return { items: page.hosts, nextPageToken: page.nextPageToken };
  }, Number.POSITIVE_INFINITY);
}

async function list(options: { pipeline: string }, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const { pipeline } = options;
  const deployments = await allPages(async (pageToken) => {
    const page = await client.deployments.listDeployments({ pageToken, pipeline });
    return { items: page.deployments, nextPageToken: page.nextPageToken };
  }, Number.POSITIVE_INFINITY);
  const answer = create(ListDeploymentsResponseSchema, { deployments });
  printMessage(terminal, format, ListDeploymentsResponseSchema, answer, () =>
    renderTable(
      ["name", "pipeline", "version", "state", "hosts", "changed", "id"],
      deployments.map(({ name, wanted, state, counts, updateTime, deploymentId }) => [
        name,
        `${wanted?.pipeline?.name}@${wanted?.pipeline?.version}`,
        String(wanted?.version ?? 0),
        stateWord(state),
        counts === undefined ? "" : describeCounts(counts),
        formatAge(updateTime),
        deploymentId,
      ]),
      "There are no deployments. Make one with `phoenix pipeline deploy`.",
    ),
  );
}

async function show(idOrName: string, _options: unknown, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const answer = await client.deployments.getDeployment({ deploymentId: idOrName });
  printMessage(terminal, format, GetDeploymentResponseSchema, answer, () =>
    answer.deployment === undefined ? "" : describeDeployment(answer.deployment),
  );
}

async function hosts(idOrName: string, options: { drifted?: boolean }, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const all = await hostsOf(client, await idOf(client, idOrName));
  const shown = options.drifted === true ? all.filter((host) => driftWord(host.drift) !== "in sync") : all;
  const answer = create(ListDeploymentHostsResponseSchema, { hosts: shown });
  printMessage(terminal, format, ListDeploymentHostsResponseSchema, answer, () =>
    shown.length === 0 && all.length > 0 ? "Every host is in sync." : hostTable(shown),
  );
}

async function versions(idOrName: string, _options: unknown, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const deploymentId = await idOf(client, idOrName);
  const all = await allPages(async (pageToken) => {
    const page = await client.deployments.listDeploymentVersions({ deploymentId, pageToken });
    return { items: page.versions, nextPageToken: page.nextPageToken };
  }, Number.POSITIVE_INFINITY);
  const answer = create(ListDeploymentVersionsResponseSchema, { versions: all });
  printMessage(terminal, format, ListDeploymentVersionsResponseSchema, answer, () => versionTable(all));
}

async function events(idOrName: string, options: { follow?: boolean }, command: Command): Promise<void> {
  const { client, format, terminal, signal } = contextOf(command);
  const deploymentId = await idOf(client, idOrName);
  try {
    for await (const change of followDeployment(client, { deploymentId, afterSequence: 0n }, signal)) {
      if (format === "table") {
        for (const event of change.events) {
          const reason = event.userReason === "" ? "" : ` (${event.userReason})`;
          const type = enumWord(DeploymentEventType, event.type).toLowerCase();
          terminal.out.write(
            `${event.sequence}  ${formatTime(event.time)}  ${type}  ${event.actor}  ${visibleText(event.message + reason)}\n`,
          );
        }
      } else if (change.events.length > 0) {
        const answer = create(WatchDeploymentResponseSchema, { events: change.events });
        printMessage(terminal, format, WatchDeploymentResponseSchema, answer, () => "");
      }
      // An answer that is not full is the last of those there are.
      if (options.follow !== true && change.events.length < eventsPerAnswer) return;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** What the server gives at most in an answer of a watch. */
const eventsPerAnswer = 200;

async function repair(idOrName: string, options: { host: string[]; reason: string }, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const answer = await client.deployments.repairDeployment({
    requestId: newRequestId(),
    deploymentId: await idOf(client, idOrName),
    hostIds: options.host,
    reason: options.reason,
  });
  const { hosts: told } = answer;
  printMessage(terminal, format, RepairDeploymentResponseSchema, answer, () =>
    told === 0 ? "No host drifted." : `${told} ${told === 1 ? "host is" : "hosts are"} being repaired.`,
  );
}

async function remove(idOrName: string, options: { yes?: boolean; reason: string }, command: Command): Promise<void> {
  const { client, format, terminal, signal } = contextOf(command);
  const { deployment } = await client.deployments.getDeployment({ deploymentId: idOrName });
  const count = deployment?.counts?.total ?? 0;
  const question = `Take ${deployment?.wanted?.pipeline?.name} off ${count} ${count === 1 ? "host" : "hosts"}?`;
  if (options.yes !== true && !(await confirm(terminal, question, signal))) {
    throw new CommandError("nothing was changed", exitCodes.refused);
  }
  const request = { requestId: newRequestId(), deploymentId: deployment?.deploymentId ?? "", reason: options.reason };
  const answer = await client.deployments.deleteDeployment(request);
  printMessage(
    terminal,
    format,
    DeleteDeploymentResponseSchema,
    answer,
    () => `${deployment?.name} is being taken off ${count} ${count === 1 ? "host" : "hosts"}.`,
  );
}

async function listQuarantine(_options: unknown, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const configs = await allPages(async (pageToken) => {
    const page = await client.deployments.listQuarantinedConfigs({ pageToken });
    return { items: page.configs, nextPageToken: page.nextPageToken };
  }, Number.POSITIVE_INFINITY);
  const answer = create(ListQuarantinedConfigsResponseSchema, { configs });
  printMessage(terminal, format, ListQuarantinedConfigsResponseSchema, answer, () =>
    renderTable(
      ["digest", "pipeline", "age", "why"],
      configs.map((config) => [
        formatDigest(config.configDigest),
        config.pipeline,
        formatAge(config.createTime),
        config.reason,
      ]),
      "No configuration is quarantined.",
    ),
  );
}

async function clearQuarantine(digest: string, options: { reason: string }, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const { configs } = await client.deployments.listQuarantinedConfigs({ pageSize: 500 });
  const meant = configs.filter((config) => config.configDigest.startsWith(digest));
  if (meant.length > 1) {
    throw new CommandError(`${digest} begins ${meant.length} quarantined digests; give more of it`, exitCodes.usage);
  }
  const configDigest = meant[0]?.configDigest ?? digest;
  if (!/^[0-9a-f]{64}$/.test(configDigest)) {
    throw new CommandError(`no quarantined configuration begins with "${digest}"`, exitCodes.notFound);
  }
  const request = { requestId: newRequestId(), configDigest, reason: options.reason };
  const answer = await client.deployments.clearQuarantinedConfig(request);
  const words = `${configDigest} may be offered again.`;
  printMessage(terminal, format, ClearQuarantinedConfigResponseSchema, answer, () => words);
}

async function idOf(client: Pick<PhoenixClient, "deployments">, idOrName: string): Promise<string> {
  return (await client.deployments.getDeployment({ deploymentId: idOrName })).deployment?.deploymentId ?? idOrName;
}
