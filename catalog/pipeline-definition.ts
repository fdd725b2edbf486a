import type { DynamicDefinition } from "./dynamic-definition.ts";

/** Types a pipeline variable can have. */
export const variableTypes = ["string", "integer", "number", "boolean", "duration", "regex"] as const;

/** One of the types a pipeline variable can have. */
export type VariableType = (typeof variableTypes)[number];

/** A variable of a pipeline; its values are text of its type. */
export type VariableDefinition = {
  name: string;
  type: VariableType;
  defaultValue: string;
  /** Smallest value, of an integer, a number or a duration. */
  minimum?: string;
  /** Largest value, of an integer, a number or a duration. */
  maximum?: string;
  /** What it does, in one sentence. */
  help: string;
  /** An experiment's must-keep expressions are added to the value; only of a regex. */
  includesMustKeep: boolean;
};

/** A component's settings as they stand in the file; null takes the component's defaults. */
export type ComponentSettings = Record<string, unknown> | null;

/** What one service pipeline connects; rendering adds what comes before and after. */
export type PipelineRoute = { receivers: string[]; processors: string[] };

/** A pipeline file: its idea and nothing that rendering adds. */
export type PipelineDefinition = {
  name: string;
  title: string;
  strategy: string;
  keeps: string;
  drops: string;
  variables: VariableDefinition[];
  /** How agents move its filter while it runs; undefined for one that stands still. */
  dynamic: DynamicDefinition | undefined;
  receivers: Record<string, ComponentSettings>;
  processors: Record<string, ComponentSettings>;
  /** By name of the service pipeline, "metrics/process". */
  routes: Record<string, PipelineRoute>;
  /** The file's text. */
  text: string;
};

/** Something wrong in a file, with its place: a path of keys, line and column from 1. */
export type DefinitionProblem = { path: string; line: number; column: number; message: string };
