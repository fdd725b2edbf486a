import type { LocatedDocument, PipelineDefinition } from "@phoenix/catalog";
import type { CollectorBinary } from "@phoenix/collector";
import { isPhoenixError } from "@phoenix/platform/errors";
import {
  checkConfig,
  checkPipelineFile,
  type Finding,
  type HostGroup,
  hasError,
  missingOnHosts,
  sortFindings,
} from "@phoenix/validation";
import { askCollector, checkComponents } from "@phoenix/validation/judgement";
import { renderPipeline } from "../render/index.ts";
import type { PipelineApiDeps } from "./deps.ts";

/** What every layer found. */
export type Checked = {
  /** Undefined for a whole configuration, and for a file that is no pipeline file. */
  definition: PipelineDefinition | undefined;
  /** Worst first. */
  findings: Finding[];
  /** The collector was asked. */
  collectorAsked: boolean;
};

/** What the layers before the collector gave: their findings and the configuration to ask about, when there is one. */
type TextChecked = { findings: Finding[]; config: string | undefined; document: LocatedDocument };

/** Checks a pipeline file with values for its variables in every layer, for hosts too where some are named; what is wrong with it is findings. */
export async function checkFile(
  deps: PipelineApiDeps,
  text: string,
  variables: Readonly<Record<string, string>> = {},
  hosts: readonly HostGroup[] = [],
): Promise<Checked> {
  const { definition, document, findings } = checkPipelineFile(text);
  const checked: TextChecked = { findings, document, config: undefined };
  if (definition && !hasError(findings)) {
    const rendered = renderAll(deps, definition, variables);
    if (typeof rendered === "string") checked.config = rendered;
    else {
      const at = ["variables", rendered.variable];
      checked.findings = [
        ...findings,
        { path: `variables.${rendered.variable}`, ...document.locate(at), ...rendered.finding },
      ];
    }
  }
  return { definition, ...(await askAboutConfig(deps, checked, hosts)) };
}

/** Checks a whole collector configuration in every layer; what is wrong with it is findings. */
export async function checkWholeConfig(
  deps: PipelineApiDeps,
  text: string,
  hosts: readonly HostGroup[] = [],
): Promise<Checked> {
  return { definition: undefined, ...(await askAboutConfig(deps, { ...checkConfig(text), config: text }, hosts)) };
}

async function askAboutConfig(
  deps: PipelineApiDeps,
  checked: TextChecked,
  hosts: readonly HostGroup[],
): Promise<Omit<Checked, "definition">> {
  const { config, document } = checked;
  if (config === undefined || hasError(checked.findings))
    return { findings: sortFindings(checked.findings), collectorAsked: false };
  const found = [...checked.findings, ...missingOnHosts(document, hosts)];
  try {
    if (!deps.collector) throw new Error("this server has no collector");
    if (await hostsKnowBetter(deps.collector, document, hosts))
      throw new Error("this server's collector lacks a component, which those of all these hosts have");
    const words = await askCollector(deps.collector, config, document);
    return { findings: sortFindings([...found, ...words]), collectorAsked: true };
  } catch (error) {
    // A collector that cannot be asked leaves the other findings worth having; this one says what is missing.
    return { findings: sortFindings([...found, notAsked(error)]), collectorAsked: false };
  }
}

/** Says whether the server's collector could not judge a document for want of a component that every host has; an Error when it cannot be asked. */
export async function hostsKnowBetter(
  collector: CollectorBinary,
  document: LocatedDocument,
  hosts: readonly HostGroup[],
): Promise<boolean> {
  if (hosts.length === 0 || missingOnHosts(document, hosts).length > 0) return false;
  return (await checkComponents(collector, document)).length > 0;
}

/** Renders with every exporter, so that all there is to judge is judged. */
function renderAll(deps: PipelineApiDeps, definition: PipelineDefinition, variables: Readonly<Record<string, string>>) {
  try {
    return renderPipeline(definition, { variables, mustKeep: [], remoteWriteUrl: deps.remoteWriteUrl }).text;
  } catch (error) {
    if (!isPhoenixError(error)) throw error;
    const finding = { severity: "error" as const, rule: "variable", message: error.message, suggestion: "" };
    return { variable: error.metadata.variable ?? "", finding };
  }
}

function notAsked(error: unknown): Finding {
  const why = error instanceof Error ? error.message : String(error);
  return {
    severity: "warning",
    rule: "collector-not-asked",
    path: "",
    line: 0,
    column: 0,
    message: `The collector was not asked: ${why}.`,
    suggestion: "Give the server a collector (PHOENIX_OTELCOL) and check again before relying on this.",
  };
}
