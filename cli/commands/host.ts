import { create } from "@bufbuild/protobuf";
import { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { Host } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { HostState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import {
  CreateEnrollmentTokenResponseSchema,
  type GetHostResponse,
  GetHostResponseSchema,
  ListHostsResponseSchema,
} from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { enumWord, formatAge, formatBytes, formatDigest, formatPercent, formatTime } from "@phoenix/report/quantities";
import { Command } from "commander";
import { allPages } from "../client/all-pages.ts";
import { newRequestId } from "../client/request-id.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printMessage } from "../output/output.ts";
import { renderFacts, renderTable } from "../output/table.ts";
import { parseDurationMs, parsePair } from "../scenario/values.ts";
import { contextOf, withServerOptions } from "./context.ts";
import { hostActCommands } from "./host-acts.ts";
import { hostLabelCommand } from "./host-label.ts";
import { collect } from "./repeated-option.ts";

/** `phoenix host ...`. */
export function hostCommand(): Command {
  const command = new Command("host").description("the hosts: list, show, label, drain, restore, forget, enroll-token");
  command.addCommand(
    withServerOptions(
      new Command("list")
        .description("list the hosts")
        .option("--label <name=value>", "only hosts with this label; may be repeated", collect, [])
        .action(list),
    ),
  );
  command.addCommand(
    withServerOptions(
      new Command("show")
        .description("show one host and its collectors")
        .argument("<id-or-name>")
        .option("--components", "also list what its collector contains")
        .action(show),
    ),
  );
  command.addCommand(withServerOptions(hostLabelCommand()));
  for (const act of hostActCommands()) command.addCommand(withServerOptions(act));
  command.addCommand(
    withServerOptions(
      new Command("enroll-token")
        .description("make a token that enrols hosts; the secret is shown once")
        .option("--ttl <duration>", "how long it lasts", "30m")
        .option("--uses <number>", "how many hosts it enrols", "1")
        .option("--label <name=value>", "label of hosts enrolled with it; may be repeated", collect, [])
        .option("--reason <text>", "why, for the record", "")
        .action(enrollToken),
    ),
  );
  return command;
}

async function list(options: { label: string[] }, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const labels = labelsOf(options.label);
  const hosts = await allPages(async (pageToken) => {
    const page = await client.fleet.listHosts({ pageToken, labels });
    return { items: page.hosts, nextPageToken: page.nextPageToken };
  }, Number.POSITIVE_INFINITY);
  printMessage(terminal, format, ListHostsResponseSchema, create(ListHostsResponseSchema, { hosts }), () =>
    renderTable(
      ["name", "state", "active pipeline", "collectors", "last seen", "id"],
      hosts.map((host) => [
        host.facts?.hostName ?? "",
        enumWord(HostState, host.state).toLowerCase(),
        host.activePipeline?.pipeline ?? "none",
        String(host.collectors.length),
        formatAge(host.lastSeenTime),
        host.hostId,
      ]),
      "There are no hosts. Make a token with `phoenix host enroll-token` and start `phoenix agent` with it on a host.",
    ),
  );
}

async function show(hostId: string, options: { components?: boolean }, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const answer = await client.fleet.getHost({ hostId, withComponents: options.components ?? false });
  printMessage(terminal, format, GetHostResponseSchema, answer, () =>
    answer.host === undefined ? "" : describeHost(answer.host, options.components === true ? answer : undefined),
  );
}

async function enrollToken(
  options: { ttl: string; uses: string; label: string[]; reason: string },
  command: Command,
): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  let ttlMs: number;
  try {
    ttlMs = parseDurationMs(options.ttl);
  } catch (error) {
    throw new CommandError(`--ttl: ${(error as Error).message}`, exitCodes.usage);
  }
  const maxUses = Number(options.uses);
  if (!Number.isSafeInteger(maxUses) || maxUses < 1) {
    throw new CommandError(`--uses takes a whole number from 1, not "${options.uses}"`, exitCodes.usage);
  }
  const answer = await client.fleet.createEnrollmentToken({
    requestId: newRequestId(),
    ttl: { seconds: BigInt(Math.ceil(ttlMs / 1000)) },
    maxUses,
    labels: labelsOf(options.label),
    reason: options.reason,
  });
  printMessage(terminal, format, CreateEnrollmentTokenResponseSchema, answer, () => answer.secret);
  if (format === "table") {
    terminal.err.write(
      `valid until ${formatTime(answer.token?.expireTime)} for ${maxUses} host${maxUses === 1 ? "" : "s"}: ` +
        "PHOENIX_ENROLLMENT_TOKEN=<token> phoenix agent\n",
    );
  }
}

function describeHost(host: Host, contained: Pick<GetHostResponse, "components"> | undefined): string {
  const { facts, activePipeline: active } = host;
  const lines = renderFacts([
    ["Name", facts?.hostName ?? ""],
    ["Id", host.hostId],
    ["State", enumWord(HostState, host.state).toLowerCase() + (host.draining ? ", draining" : "")],
    ["Last seen", formatAge(host.lastSeenTime)],
    [
      "Machine",
      facts === undefined
        ? ""
        : `${facts.os} ${facts.arch}, ${facts.cpuCount} processors, ${formatBytes(Number(facts.memoryBytes))}`,
    ],
    [
      "Agent",
      facts === undefined
        ? ""
        : `${facts.agentVersion}, ${formatPercent(host.agentCpuRatio)} of a core, ${formatBytes(Number(host.agentRssBytes))}`,
    ],
    ["Collector", facts?.collectorVersion ?? ""],
    ["Components", facts?.collectorComponentsDigest ? formatDigest(facts.collectorComponentsDigest) : "not told"],
    [
      "Labels",
      Object.entries(host.labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(", "),
    ],
    ["Active pipeline", active === undefined ? "none" : active.pipeline],
    ["Wanted digest", active?.wantedDigest ?? ""],
    ["Running digest", active === undefined ? "" : active.runningDigest || "none yet"],
  ]);
  const collectors = renderTable(
    ["collector", "state", "pipeline", "digest", "pid", "restarts", "last error"],
    host.collectors.map((collector) => [
      collector.collectorId,
      enumWord(CollectorState, collector.state).toLowerCase(),
      collector.pipeline,
      formatDigest(collector.configDigest),
      String(collector.pid),
      String(collector.restarts),
      collector.lastError.split("\n")[0] ?? "",
    ]),
    "No collector runs.",
  );
  return [lines, collectors, ...(contained === undefined ? [] : [describeComponents(contained.components)])].join(
    "\n\n",
  );
}

/** What a collector contains, a line for each kind. */
function describeComponents(set: GetHostResponse["components"]): string {
  if (set === undefined) return "Its agent has not told what its collector contains.";
  const kinds = ["receivers", "processors", "exporters", "connectors", "extensions"] as const;
  return renderFacts(kinds.map((kind) => [kind, set[kind].join(", ")]));
}

/** `name=value` pairs as labels. Throws a usage error that shows the form. */
export function labelsOf(pairs: string[]): Record<string, string> {
  try {
    return Object.fromEntries(pairs.map(parsePair));
  } catch (error) {
    throw new CommandError(`--label: ${(error as Error).message}`, exitCodes.usage);
  }
}
