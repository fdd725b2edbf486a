import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Document, Node } from "yaml";
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { readLoad } from "./read-load.ts";
import { estimatorNames, type Scenario } from "./scenario.ts";
import { parseDurationMs, parseRatio } from "./values.ts";

type Check = (node: Node | null, fail: (node: Node | null, message: string) => never) => void;

/**
 * Reads an experiment from a YAML file. Throws a usage error that names file, line
 * and column of the first thing that is wrong, and what was expected there. Files
 * that it names are looked for from its own folder.
 */
export function readScenario(path: string): Scenario {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : String(error);
    throw new CommandError(`cannot read ${path}: ${why}`, exitCodes.usage);
  }
  return parseScenario(text, path);
}

/** The same for a text; `path` is how messages name it. */
export function parseScenario(text: string, path: string): Scenario {
  const lines = new LineCounter();
  const document: Document.Parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const failAt = (offset: number, message: string): never => {
    const { line, col } = lines.linePos(offset);
    throw new CommandError(`${path}:${line}:${col}: ${message}`, exitCodes.usage);
  };
  const broken = document.errors[0];
  if (broken !== undefined) failAt(broken.pos[0], broken.message.split("\n")[0] ?? "not YAML");
  scenarioCheck(document.contents, (node, message) => failAt(node?.range?.[0] ?? 0, message));
  const scenario = document.toJS() as Scenario;
  if (scenario.load === undefined) return scenario;
  try {
    return { ...scenario, load: readLoad(scenario.load, dirname(path)) };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const [start = 0] = (document.get("load", true) as Node | undefined)?.range ?? [];
    return failAt(start, `this load cannot be run:\n${error.message}`);
  }
}

const text: Check = (node, fail) => {
  if (!isScalar(node) || typeof node.value !== "string" || node.value === "") fail(node, "expected a text");
};

/** Text, or a number or boolean that YAML made of it; variables take any of them as text. */
const variableValue: Check = (node, fail) => {
  if (!isScalar(node) || node.value === null) fail(node, "expected a text");
  else node.value = String(node.value);
};

const flag: Check = (node, fail) => {
  if (!isScalar(node) || typeof node.value !== "boolean") fail(node, "expected true or false");
};

const wholeNumber: Check = (node, fail) => {
  if (!isScalar(node) || !Number.isSafeInteger(node.value) || Number(node.value) < 0) fail(node, "expected a number");
};

function parsed(parse: (value: string) => unknown): Check {
  return (node, fail) => {
    if (!isScalar(node)) return fail(node, "expected a single value");
    try {
      parse(String(node.value));
    } catch (error) {
      fail(node, (error as Error).message);
    }
  };
}

function oneOf(...words: string[]): Check {
  return (node, fail) => {
    if (!isScalar(node) || !words.includes(String(node.value))) fail(node, `expected ${words.join(" or ")}`);
  };
}

function listOf(item: Check): Check {
  return (node, fail) => {
    if (!isSeq(node)) return fail(node, "expected a list");
    for (const entry of node.items) item(entry as Node, fail);
  };
}

function mapOf(value: Check): Check {
  return (node, fail) => {
    if (!isMap(node)) return fail(node, "expected names and values");
    for (const pair of node.items) value(pair.value as Node | null, fail);
  };
}

function keysOf(keys: Record<string, Check>, required: string[]): Check {
  return (node, fail) => {
    if (!isMap(node)) return fail(node, "expected keys and values");
    for (const pair of node.items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : "";
      const check = keys[key];
      if (check === undefined) {
        return fail(pair.key as Node, `unknown key "${key}"; the keys here are ${Object.keys(keys).join(", ")}`);
      }
      check(pair.value as Node | null, fail);
    }
    const missing = required.find((key) => !node.has(key));
    if (missing !== undefined) fail(node, `the key "${missing}" is missing`);
  };
}

function either(scalar: Check, other: Check): Check {
  return (node, fail) => (isScalar(node) ? scalar : other)(node, fail);
}

const pipeline = either(
  text,
  keysOf({ pipeline: text, version: wholeNumber, variables: mapOf(variableValue) }, ["pipeline"]),
);

const scenarioCheck = keysOf(
  {
    name: text,
    hosts: listOf(text),
    selector: mapOf(variableValue),
    baseline: pipeline,
    candidates: listOf(pipeline),
    profile: oneOf("quick", "standard"),
    duration: parsed(parseDurationMs),
    calibration: parsed(parseDurationMs),
    estimator: oneOf(...estimatorNames),
    mustKeep: listOf(text),
    minimumReduction: parsed(parseRatio),
    overheadMargin: parsed(parseRatio),
    export: oneOf("shadow", "both"),
    load: either(text, keysOf({ profile: text, processes: wholeNumber, seed: wholeNumber }, ["profile"])),
    acceptScope: flag,
  },
  ["baseline", "candidates"],
);
