import { isDeepStrictEqual } from "node:util";
import type { CollectorBinary, ConfigJudgement } from "@phoenix/collector";
import {
  configDigest,
  type FailedConfigs,
  judgeFindings,
  obtainConfig,
  type Refusal,
  type RuleCheck,
} from "../configs/index.ts";
import { findPolicyFault, withSampleFiles } from "../dynamic/index.ts";
import type { Clock } from "./clock.ts";
import type { Collector } from "./collector.ts";
import type { CollectorFolder, Wanted } from "./collector-folder.ts";
import { type ApplyResult, type CollectorSpec, needsSameProcess } from "./collector-spec.ts";
import type { Timings } from "./timings.ts";

/** Asks a collector whether it accepts a configuration; `env` is what `${env:...}` in it sees. */
export type ConfigValidator = (
  binary: CollectorBinary,
  yaml: string,
  env: Record<string, string>,
) => Promise<ConfigJudgement>;

/** What applying takes. */
export type ApplyDeps = {
  binary: CollectorBinary;
  clock: Clock;
  timings: Timings;
  failed: FailedConfigs;
  validate: ConfigValidator;
  checkRules: RuleCheck;
  fetchConfig(digest: string): Promise<Uint8Array>;
  /** The environment the spec would be started with. */
  environmentOf(spec: CollectorSpec): Record<string, string>;
  /** Takes the spec's secrets out of a text. */
  redact(text: string, spec: CollectorSpec): string;
};

/**
 * Makes a collector run what a spec wants, step by step: fetched by digest, breaking no rule, accepted by
 * the collector itself, written, started, healthy, still up. Until it is accepted nothing running is touched; when
 * it fails after that, the last configuration that worked is started again.
 */
export async function applySpec(
  deps: ApplyDeps,
  collector: Collector,
  folder: CollectorFolder,
  spec: CollectorSpec,
  signal: AbortSignal,
): Promise<ApplyResult> {
  const running = collector.snapshot();
  const edits = await collector.lookForEdits();
  const goesOn = running !== null && collector.isHealthy() && needsSameProcess(running.spec, spec) && !edits.inUse;
  const known = goesOn && edits.edited ? await findText(folder, spec.configDigest) : null;
  if (goesOn && (!edits.edited || known !== null)) {
    if (known !== null) {
      // The process never read what somebody made of it: what it did read is put back.
      await folder.writeWanted({ spec, text: known });
      collector.describe(spec);
      await collector.lookForEdits();
    } else if (!isDeepStrictEqual(running.spec, spec)) {
      await folder.writeSpec(spec);
      collector.describe(spec);
    }
    await rememberAsGood(folder);
    return { ok: true, snapshot: collector.snapshot() ?? running, remarks: [] };
  }

  const accepted = await accept(deps, folder, spec, signal);
  if (!accepted.ok) return accepted;
  if (signal.aborted) return interrupted(spec);

  const wanted = { spec, text: accepted.text };
  const lastGood = await folder.readKept("last-good");
  await collector.stop(deps.timings.graceMs);
  await folder.writeWanted(wanted);
  const trial = await collector.tryOut(spec, signal);
  if (trial.outcome === "aborted") return interrupted(spec);
  if (trial.outcome === "failed") return refuse(deps, collector, folder, wanted, lastGood, trial.words);

  await rememberAsGood(folder);
  await deps.failed.forget(spec.configDigest);
  const snapshot = collector.snapshot();
  return snapshot === null ? interrupted(spec) : { ok: true, snapshot, remarks: accepted.remarks };
}

/** Everything that can be found out about a configuration without touching what runs. */
async function accept(
  deps: ApplyDeps,
  folder: CollectorFolder,
  spec: CollectorSpec,
  signal: AbortSignal,
): Promise<{ ok: true; text: string; remarks: string[] } | Refusal> {
  const failure = deps.failed.find(spec.configDigest, deps.clock.wallMs());
  if (failure !== undefined) {
    const when = new Date(failure.failedAtMs).toISOString();
    return {
      ok: false,
      retryable: false,
      words: `Failed on this host at ${when} and is not tried again so soon.\n${failure.words}`,
    };
  }
  const known = await findText(folder, spec.configDigest);
  const obtained: { ok: true; text: string } | Refusal =
    known === null ? await obtainConfig(spec.configDigest, deps.fetchConfig, signal) : { ok: true, text: known };
  if (!obtained.ok) return obtained;
  if (signal.aborted) return interrupted(spec);
  // What is on disk already was held against the rules when it came; an agent with stricter ones leaves it running.
  const rules = known === null ? judgeFindings(deps.checkRules(obtained.text)) : { ok: true as const, remarks: [] };
  const judgement: { ok: true } | Refusal = rules.ok
    ? await judge(deps, obtained.text, spec)
    : { ok: false, words: deps.redact(rules.words, spec), retryable: false };
  if (judgement.ok) return { ...obtained, remarks: rules.ok ? rules.remarks : [] };
  if (!judgement.retryable) await remember(deps, spec, judgement.words);
  return judgement;
}

/** The text of a configuration that is on disk already, wanted or known to work; null when it is not. */
async function findText(folder: CollectorFolder, digest: string): Promise<string | null> {
  const kept = [await folder.readWanted(), await folder.readKept("last-good")];
  return kept.find((one) => one?.spec.configDigest === digest)?.text ?? null;
}

async function judge(deps: ApplyDeps, text: string, spec: CollectorSpec): Promise<{ ok: true } | Refusal> {
  const fault = findPolicyFault(text);
  if (fault !== undefined) return { ok: false, words: fault, retryable: false };
  try {
    const judgement = await withSampleFiles(text, (env) =>
      deps.validate(deps.binary, text, { ...deps.environmentOf(spec), ...env }),
    );
    return judgement.ok ? judgement : { ok: false, words: deps.redact(judgement.words, spec), retryable: false };
  } catch (error) {
    // It could not be asked, which says nothing about the configuration.
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, words: `The collector could not be asked about the configuration: ${why}`, retryable: true };
  }
}

async function refuse(
  deps: ApplyDeps,
  collector: Collector,
  folder: CollectorFolder,
  wanted: Wanted,
  lastGood: Wanted | null,
  words: string,
): Promise<Refusal> {
  if (lastGood === null) {
    // Nothing to go back to: without a spec on disk the next agent does not try it either.
    await folder.clearWanted();
  } else {
    await folder.writeWanted(lastGood);
    collector.resume(lastGood.spec, words);
  }
  // A configuration that has worked here is not to blame when it fails with other settings.
  if (lastGood?.spec.configDigest !== wanted.spec.configDigest) await remember(deps, wanted.spec, words);
  return { ok: false, words, retryable: false };
}

/**
 * Falls back in a crash loop: a configuration that started well and died later gives way to the last
 * other one that worked, and one that somebody edited on disk to what it was. Null when there is none.
 */
export async function fallBack(
  deps: ApplyDeps,
  folder: CollectorFolder,
  spec: CollectorSpec,
  words: string,
): Promise<CollectorSpec | null> {
  // The last good one differs when an agent died while it tried another out.
  const kept = [await folder.readKept("last-good"), await folder.readKept("previous-good")];
  const edited = !(await folder.holds(spec.configDigest));
  const previous = kept.find((one) => one !== null && (edited || one.spec.configDigest !== spec.configDigest)) ?? null;
  if (previous === null) return null;
  // The configuration is not to blame for what somebody made of it.
  if (!edited) await remember(deps, spec, words);
  await folder.writeWanted(previous);
  await folder.writeKept("last-good", previous);
  await folder.clearKept("previous-good");
  return previous.spec;
}

/** Makes what is wanted the last good one, and what was that the one before it. */
async function rememberAsGood(folder: CollectorFolder): Promise<void> {
  const wanted = await folder.readWanted();
  if (wanted === null) return;
  const before = await folder.readKept("last-good");
  if (before !== null && configDigest(before.text) !== wanted.spec.configDigest)
    await folder.writeKept("previous-good", before);
  await folder.writeKept("last-good", wanted);
}

function remember(deps: ApplyDeps, spec: CollectorSpec, words: string): Promise<void> {
  return deps.failed.add({ configDigest: spec.configDigest, words, failedAtMs: deps.clock.wallMs() });
}

function interrupted(spec: CollectorSpec): Refusal {
  return {
    ok: false,
    words: `Applying ${spec.collectorId} was interrupted: it is being removed, or the agent stops.`,
    retryable: true,
  };
}
