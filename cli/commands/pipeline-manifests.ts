import { GenerateManifestsResponseSchema } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { Command } from "commander";
import { printMessage } from "../output/output.ts";
import { referenceOf } from "../pipeline/subjects.ts";
import { writeManifests } from "../pipeline/write-manifests.ts";
import { contextOf, withServerOptions } from "./context.ts";
import { collect } from "./repeated-option.ts";

type ManifestOptions = {
  version?: string;
  var: string[];
  mustKeep: string[];
  name?: string;
  namespace?: string;
  image?: string;
  controller?: string;
  insecure?: boolean;
  dir?: string;
};

/** `phoenix pipeline manifests`. */
export function manifestsCommand(): Command {
  return withServerOptions(
    new Command("manifests")
      .description("make Kubernetes manifests that run a pipeline on every node")
      .argument("<name>", "name, or name@version")
      .option("--version <number>", "version; the newest without it")
      .option("--var <name=value>", "set a variable; may be repeated", collect, [])
      .option("--must-keep <expression>", "processes to keep; may be repeated", collect, [])
      .option("--name <name>", "name of the objects; phoenix-collector without it, of agents phoenix-agent")
      .option("--namespace <name>", "namespace; phoenix without it")
      .option("--image <image>", "image of the collector, or of the agent with a collector in it")
      .option("--controller <host:port>", "run agents, which need the server's agent port; for filters that move")
      .option("--insecure", "agents reach the server without TLS")
      .option("--dir <folder>", "write a file for each object there instead of a stream to standard output")
      .action(manifests),
  );
}

async function manifests(text: string, options: ManifestOptions, command: Command): Promise<void> {
  const { client, format, terminal } = contextOf(command);
  const answer = await client.pipelines.generateManifests({
    pipeline: referenceOf(text, options.version, options.var),
    mustKeep: options.mustKeep,
    name: options.name ?? "",
    namespace: options.namespace ?? "",
    image: options.image ?? "",
    controller: options.controller ?? "",
    insecure: options.insecure ?? false,
  });
  if (options.dir !== undefined) {
    for (const path of await writeManifests(options.dir, answer.yaml)) terminal.err.write(`written to ${path}\n`);
    return;
  }
  if (format === "json") printMessage(terminal, format, GenerateManifestsResponseSchema, answer, () => "");
  else terminal.out.write(answer.yaml);
}
