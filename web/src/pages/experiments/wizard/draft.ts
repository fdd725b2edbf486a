import type { MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Estimator } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { type ExperimentSpecSchema, ExportMode, Profile } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { LoadProfile } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import { readLabels } from "../../../format/labels.ts";
import { ownLoad, ownLoadTemplate, readOwnLoad } from "./own-load.ts";

/** A pipeline with the values of its variables that differ from their defaults. */
export type Choice = {
  name: string;
  /** 0 takes the newest. */
  version: number;
  variables: Readonly<Record<string, string>>;
};

/** A number that may be left to the server. */
export type Optional = number | "";

/** An experiment that is being put together. */
export type Draft = {
  name: string;
  hostMode: "online" | "labels" | "names";
  /** "role=web, zone=a". */
  labels: string;
  hosts: readonly string[];
  baseline: Choice;
  candidates: readonly Choice[];
  /** Name of a load profile; empty for none, `ownLoad` for one of one's own. */
  load: string;
  /** The load of one's own, as YAML. */
  ownLoad: string;
  /** 0 takes the profile's own number. */
  processes: number;
  seed: number;
  /** One expression a line. */
  mustKeep: string;
  profile: "quick" | "standard";
  scopeAccepted: boolean;
  /** Per cent. */
  minimumReduction: number;
  /** Most that CPU and memory of the collector may grow, per cent. */
  overheadMargin: number;
  bothExport: boolean;
  estimator: "typical-host" | "fleet-total";
  /** Minutes after which it is over whatever the evidence; the profile's without it. */
  mostMinutes: Optional;
  /** Minutes of an A/A period; the profile's without it, 0 for none. */
  calibrationMinutes: Optional;
};

/** A draft with nothing chosen; `from` are choices of the page's address. */
export function newDraft(from: { baseline?: string; candidate?: string; host?: string } = {}): Draft {
  return {
    name: "",
    hostMode: from.host === undefined ? "online" : "names",
    labels: "",
    hosts: from.host === undefined ? [] : [from.host],
    baseline: choiceOf(from.baseline ?? ""),
    candidates: [choiceOf(from.candidate ?? "")],
    load: "",
    ownLoad: ownLoadTemplate,
    processes: 0,
    seed: 1,
    mustKeep: "",
    profile: "quick",
    scopeAccepted: false,
    minimumReduction: 20,
    overheadMargin: 10,
    bothExport: false,
    estimator: "typical-host",
    mostMinutes: "",
    calibrationMinutes: "",
  };
}

/** A pipeline in its newest version with its own defaults. */
export function choiceOf(name: string): Choice {
  return { name, version: 0, variables: {} };
}

/** The expressions a person wrote. */
export function readExpressions(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** A name for a draft that has none. */
export function nameOf({ name, baseline, candidates }: Draft): string {
  const made = `${candidates.map((one) => one.name).join(", ")} against ${baseline.name}`;
  return (name.trim() === "" ? made : name.trim()).slice(0, 128);
}

/** What the draft asks the server for. */
export function specOf(draft: Draft): MessageInitShape<typeof ExperimentSpecSchema> {
  const { hostMode, hosts, labels, baseline, candidates, load, processes, seed, profile } = draft;
  return {
    hosts: {
      hosts: hostMode === "names" ? [...hosts] : [],
      labels: hostMode === "labels" ? (readLabels(labels) ?? {}) : {},
    },
    arms: [
      { variant: "baseline", pipeline: referenceOf(baseline) },
      ...candidates.map((choice, place) => ({
        variant: place === 0 ? "candidate" : `candidate-${place + 1}`,
        pipeline: referenceOf(choice),
      })),
    ],
    profile: profile === "standard" ? Profile.STANDARD : Profile.QUICK,
    mustKeep: readExpressions(draft.mustKeep),
    minimumReductionRatio: draft.minimumReduction / 100,
    overheadMarginRatio: draft.overheadMargin / 100,
    exportMode: draft.bothExport ? ExportMode.BOTH : ExportMode.SHADOW,
    ...(load === "" ? {} : { load: { ...loadOf(draft), processes, seed: BigInt(seed) } }),
    estimator: draft.estimator === "fleet-total" ? Estimator.FLEET_TOTAL : Estimator.TYPICAL_HOST,
    ...(draft.mostMinutes === "" ? {} : { maxDuration: durationFromMs(draft.mostMinutes * 60_000) }),
    ...(draft.calibrationMinutes === ""
      ? {}
      : { calibrationDuration: durationFromMs(draft.calibrationMinutes * 60_000) }),
    scopeAccepted: draft.scopeAccepted,
  };
}

/** The load as the contract has it: a profile by its name, or as it is. */
export function loadOf({ load, ownLoad: text }: Draft): { profile?: string; custom?: LoadProfile } {
  if (load !== ownLoad) return { profile: load };
  const { profile } = readOwnLoad(text);
  return profile === undefined ? {} : { custom: profile };
}

/** A pipeline as the contract names it. */
export function referenceOf({ name, version, variables }: Choice) {
  const given = Object.entries(variables).filter(([, value]) => value !== "");
  return { name, version, variables: Object.fromEntries(given) };
}
