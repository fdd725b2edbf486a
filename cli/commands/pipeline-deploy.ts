import { create } from "@bufbuild/protobuf";
import { type Deployment, DeploymentState } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import {
  CreateDeploymentResponseSchema,
  GetDeploymentResponseSchema,
  ListDeploymentHostsResponseSchema,
} from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import { GetRenderedConfigResponseSchema } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { ErrorReason, fromConnectError } from "@phoenix/platform/errors";
import { Command } from "commander";
import { newRequestId } from "../client/request-id.ts";
import { awaitRollout } from "../deployment/await-rollout.ts";
import { type DeployOptions, gatesOf, selectorOf, strategyOf, wholeNumber } from "../deployment/deploy-options.ts";
import { describeDeployment, hostTable } from "../deployment/describe-deployment.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printMessage } from "../output/output.ts";
import { referenceOf } from "../pipeline/subjects.ts";
import { contextOf, withServerOptions } from "./context.ts";
import { hostsOf } from "./deployment.ts";
import { collect } from "./repeated-option.ts";

type Deploy = DeployOptions & {
  name?: string;
  reason: string;
  repairDrift?: boolean;
  dryRun?: boolean;
  wait?: boolean;
};

/** The verbs of `phoenix pipeline` that bring a pipeline to hosts and back. */
export function deployCommands(): Command[] {
  return [
    withServerOptions(
      new Command("deploy")
        .description("bring a pipeline to hosts, step by step; again with the same name for another version")
        .argument("<name>", "name, or name@version")
        .option("--name <deployment>", "name of the deployment; the pipeline's without it")
        .option("--host <id-or-name>", "a host to deploy to; may be repeated", collect, [])
        .option("--label <name=value>", "hosts with this label, later ones too; may be repeated", collect, [])
        .option("--var <name=value>", "set a variable; may be repeated", collect, [])
        .option("--must-keep <expression>", "processes that must stay visible; may be repeated", collect, [])
        .option("--canary <hosts>", "hosts of the first step (default: 1)")
        .option("--steps <percents>", "share of the hosts after each further step (default: 25,50,100)")
        .option("--dwell <duration>", "how long each step is watched (default: 1m)")
        .option("--batch <hosts>", "hosts that may work on it at a time (default: 500)")
        .option(
          "--gate <name=ratio>",
          "limit of a gate: failed, disconnected, wrong-digest, unhealthy, retention; may be repeated",
          collect,
          [],
        )
        .option("--stop-only", "stop at a gate that fails instead of going back")
        .option("--repair-drift", "repair drift without asking")
        .option("--reason <text>", "why, for the record", "")
        .option("--dry-run", "check everything, change nothing")
        .option("--wait", "tell what happens until it is over; ends with an error when a gate fails")
        .action(deploy),
    ),
    withServerOptions(
      new Command("status")
        .description("show where a deployment stands")
        .argument("<deployment>")
        .option("--hosts", "with every host")
        .action(status),
    ),
    withServerOptions(
      new Command("get-config")
        .description("print the collector configuration that a host runs, or the one with a digest")
        .argument("<host-or-digest>")
        .action(getConfig),
    ),
    withServerOptions(
      new Command("rollback")
        .description("take a deployment back to an earlier version, on all hosts at once")
        .argument("<deployment>")
        .option("--to <version>", "the version; the one before without it")
        .option("--quarantine", "do not offer the configuration that is left again")
        .option("--no-wait", "do not wait until it is over")
        .requiredOption("--reason <text>", "why, for the record")
        .action(rollback),
    ),
    withServerOptions(
      new Command("pause")
        .description("hold a roll-out where it is")
        .argument("<deployment>")
        .option("--reason <text>", "why, for the record", "")
        .action(pause),
    ),
    withServerOptions(
      new Command("resume")
        .description("go on with a roll-out that was paused or stopped")
        .argument("<deployment>")
        .option("--reason <text>", "why, for the record", "")
        .option("--wait", "tell what happens until it is over; ends with an error when a gate fails")
        .action(resume),
    ),
  ];
}

async function deploy(pipelineText: string, options: Deploy, command: Command): Promise<void> {
  const context = contextOf(command);
  const pipeline = referenceOf(pipelineText, undefined, options.var);
  const name = options.name ?? pipeline.name;
  const known = await find(context, name);
  const wanted = {
    requestId: newRequestId(),
    pipeline,
    mustKeep: options.mustKeep,
    reason: options.reason,
    repairDrift: options.repairDrift ?? false,
  };
  const selector = selectorOf(options);
  const strategy = strategyOf(options, known?.strategy);
  const gates = gatesOf(options, known?.gates);
  const given = {
    ...(selector === undefined ? {} : { selector }),
    ...(strategy === undefined ? {} : { strategy }),
    ...(gates === undefined ? {} : { gates }),
  };
  let deployment: Deployment | undefined;
  if (known === null || options.dryRun === true) {
    if (known !== null) throw new CommandError(`--dry-run is for a new deployment; ${name} is there`, exitCodes.usage);
    const request = { ...wanted, ...given, name, validateOnly: options.dryRun ?? false };
    deployment = (await context.client.deployments.createDeployment(request)).deployment;
  } else {
    const paths = ["pipeline", ...Object.keys(given)];
    if (options.mustKeep.length > 0) paths.push("must_keep");
    if (options.repairDrift !== undefined) paths.push("repair_drift");
    const request = { ...wanted, ...given, deploymentId: known.deploymentId, updateMask: { paths } };
    deployment = (await context.client.deployments.updateDeployment(request)).deployment;
  }
  const settled =
    options.wait === true && options.dryRun !== true
      ? await awaitRollout(context, required(deployment, name), DeploymentState.ROLLED_OUT)
      : required(deployment, name);
  const answer = create(CreateDeploymentResponseSchema, { deployment: settled });
  const { terminal, format } = context;
  printMessage(terminal, format, CreateDeploymentResponseSchema, answer, () => describeDeployment(settled));
}

async function status(idOrName: string, options: { hosts?: boolean }, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const { deployment } = await client.deployments.getDeployment({ deploymentId: idOrName });
  const found = required(deployment, idOrName);
  const answer = create(GetDeploymentResponseSchema, { deployment: found });
  if (options.hosts !== true) {
    printMessage(terminal, format, GetDeploymentResponseSchema, answer, () => describeDeployment(found));
    return;
  }
  const hosts = await hostsOf(client, found.deploymentId);
  const list = create(ListDeploymentHostsResponseSchema, { hosts });
  printMessage(
    terminal,
    format,
    ListDeploymentHostsResponseSchema,
    list,
    () => `${describeDeployment(found)}\n\n${hostTable(hosts)}`,
  );
}

async function getConfig(hostOrDigest: string, _options: unknown, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  let configDigest = hostOrDigest;
  if (!/^[0-9a-f]{64}$/.test(hostOrDigest)) {
    const { host } = await client.fleet.getHost({ hostId: hostOrDigest });
    const active = host?.collectors.find((collector) => collector.collectorId === "active");
    if (active === undefined || active.configDigest === "") {
      throw new CommandError(`no collector runs on ${hostOrDigest} outside experiments`, exitCodes.notFound);
    }
    configDigest = active.configDigest;
    if (active.edited) {
      terminal.err.write(`The file on ${hostOrDigest} was changed by somebody else; this is what it was given.\n`);
    }
  }
  const answer = await client.pipelines.getRenderedConfig({ configDigest });
  if (format !== "table") {
    printMessage(terminal, format, GetRenderedConfigResponseSchema, answer, () => "");
    return;
  }
  terminal.out.write(new TextDecoder().decode(answer.config));
  terminal.err.write(`${answer.pipeline}, digest ${configDigest}\n`);
}

async function rollback(
  idOrName: string,
  options: { to?: string; quarantine?: boolean; reason: string; wait: boolean },
  command: Command,
): Promise<void> {
  const context = contextOf(command);
  const { deployment } = await context.client.deployments.rollbackDeployment({
    requestId: newRequestId(),
    deploymentId: await idOf(context, idOrName),
    version: options.to === undefined ? 0 : wholeNumber("--to", options.to),
    quarantine: options.quarantine ?? false,
    reason: options.reason,
  });
  const begun = required(deployment, idOrName);
  print(context, options.wait ? await awaitRollout(context, begun, DeploymentState.ROLLED_BACK) : begun);
}

async function pause(idOrName: string, { reason }: { reason: string }, command: Command): Promise<void> {
  const context = contextOf(command);
  const deploymentId = await idOf(context, idOrName);
  const request = { requestId: newRequestId(), deploymentId, reason };
  const { deployment } = await context.client.deployments.pauseDeployment(request);
  print(context, required(deployment, idOrName));
}

async function resume(
  idOrName: string,
  { reason, wait }: { reason: string; wait?: boolean },
  command: Command,
): Promise<void> {
  const context = contextOf(command);
  const deploymentId = await idOf(context, idOrName);
  const request = { requestId: newRequestId(), deploymentId, reason };
  const { deployment } = await context.client.deployments.resumeDeployment(request);
  const begun = required(deployment, idOrName);
  print(context, wait === true ? await awaitRollout(context, begun, DeploymentState.ROLLED_OUT) : begun);
}

type Context = ReturnType<typeof contextOf>;

function print({ terminal, format }: Context, deployment: Deployment): void {
  const answer = create(GetDeploymentResponseSchema, { deployment });
  printMessage(terminal, format, GetDeploymentResponseSchema, answer, () => describeDeployment(deployment));
}

async function find({ client }: Context, name: string): Promise<Deployment | null> {
  try {
    return (await client.deployments.getDeployment({ deploymentId: name })).deployment ?? null;
  } catch (error) {
    if (fromConnectError(error).reason === ErrorReason.DEPLOYMENT_NOT_FOUND) return null;
    throw error;
  }
}

async function idOf({ client }: Context, idOrName: string): Promise<string> {
  const { deployment } = await client.deployments.getDeployment({ deploymentId: idOrName });
  return required(deployment, idOrName).deploymentId;
}

function required(deployment: Deployment | undefined, name: string): Deployment {
  if (deployment !== undefined) return deployment;
  throw new CommandError(`the server gave no deployment ${name}`, exitCodes.internal);
}
