import type { MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { type ExperimentSpecSchema, ExportMode, Profile } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { readLabels } from "../../../format/labels.ts";

/** A pipeline with the values of its variables that differ from their defaults. */
export type Choice = { name: string; variables: Readonly<Record<string, string>> };

/** An experiment that is being put together. */
export type Draft = {
  name: string;
  hostMode: "online" | "labels" | "names";
  /** "role=web, zone=a". */
  labels: string;
  hosts: readonly string[];
  baseline: Choice;
  candidates: readonly Choice[];
  /** Name of a load profile; empty for none. */
  load: string;
  /** 0 takes the profile's own number. */
  processes: number;
  seed: number;
  /** One expression a line. */
  mustKeep: string;
  profile: "quick" | "standard";
  scopeAccepted: boolean;
  /** Per cent. */
  minimumReduction: number;
  bothExport: boolean;
  /** Skip the A/A period of the standard profile. */
  skipCalibration: boolean;
};

/** A draft with nothing chosen; `from` are choices of the page's address. */
export function newDraft(from: { baseline?: string; candidate?: string; host?: string } = {}): Draft {
  return {
    name: "",
    hostMode: from.host === undefined ? "online" : "names",
    labels: "",
    hosts: from.host === undefined ? [] : [from.host],
    baseline: { name: from.baseline ?? "", variables: {} },
    candidates: [{ name: from.candidate ?? "", variables: {} }],
    load: "",
    processes: 0,
    seed: 1,
    mustKeep: "",
    profile: "quick",
    scopeAccepted: false,
    minimumReduction: 20,
    bothExport: false,
    skipCalibration: false,
  };
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
    exportMode: draft.bothExport ? ExportMode.BOTH : ExportMode.SHADOW,
    ...(load === "" ? {} : { load: { profile: load, processes, seed: BigInt(seed) } }),
    ...(draft.skipCalibration && profile === "standard" ? { calibrationDuration: durationFromMs(0) } : {}),
    scopeAccepted: draft.scopeAccepted,
  };
}

/** A pipeline as the contract names it. */
export function referenceOf({ name, variables }: Choice) {
  const given = Object.entries(variables).filter(([, value]) => value !== "");
  return { name, variables: Object.fromEntries(given) };
}
