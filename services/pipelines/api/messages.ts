import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  type PipelineDefinition,
  readPipelineDefinition,
  type VariableType as VariableTypeName,
} from "@phoenix/catalog";
import type { DynamicPolicy } from "@phoenix/gen/phoenix/pipelines/v1/dynamic_pb.ts";
import {
  type Finding as FindingMessage,
  FindingSchema,
  FindingSeverity,
  type Pipeline,
  PipelineOrigin,
  PipelineSchema,
  PipelineState,
  VariableType,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { ErrorReason, isPhoenixError, phoenixError } from "@phoenix/platform/errors";
import type { Finding } from "@phoenix/validation";
import { LRUCache } from "lru-cache";
import { dynamicPolicy } from "../render/index.ts";
import type { StoredPipeline } from "../store/index.ts";

const variableTypes: Record<VariableTypeName, VariableType> = {
  string: VariableType.STRING,
  integer: VariableType.INTEGER,
  number: VariableType.NUMBER,
  boolean: VariableType.BOOLEAN,
  duration: VariableType.DURATION,
  regex: VariableType.REGEX,
};

const severities: Record<Finding["severity"], FindingSeverity> = {
  error: FindingSeverity.ERROR,
  warning: FindingSeverity.WARNING,
  info: FindingSeverity.INFO,
};

const states: Record<StoredPipeline["state"], PipelineState> = {
  draft: PipelineState.DRAFT,
  validated: PipelineState.VALIDATED,
  published: PipelineState.PUBLISHED,
};

const origins: Record<StoredPipeline["origin"], PipelineOrigin> = {
  catalog: PipelineOrigin.CATALOG,
  user: PipelineOrigin.USER,
};

/** What templates that were read lately say, by their text: reading one takes milliseconds, which every call would pay. */
const definitions = new LRUCache<string, PipelineDefinition>({ max: 200 });

/** Reads the definition of a stored pipeline, which nobody may change. Throws INTERNAL for a template of another release's schema. */
export function definitionOf(stored: StoredPipeline): PipelineDefinition {
  const known = definitions.get(stored.template);
  if (known) return known;
  const { definition, problems } = readPipelineDefinition(stored.template);
  if (definition) {
    definitions.set(stored.template, definition);
    return definition;
  }
  const { line, column, message } = problems[0] ?? { line: 0, column: 0, message: "" };
  const which = `Pipeline ${stored.name} version ${stored.version}`;
  throw phoenixError(
    ErrorReason.INTERNAL,
    `${which} was stored by a release with another schema (line ${line}, column ${column}: ${message}). Use another version of it.`,
  );
}

/** Writes a stored pipeline as a message of a list, without the long texts. */
export function listedPipelineMessage(stored: StoredPipeline): Pipeline {
  return { ...pipelineMessage(stored), template: "", readme: "" };
}

/** Writes a stored pipeline as a message, template and README included. */
export function pipelineMessage(stored: StoredPipeline): Pipeline {
  const definition = definitionOf(stored);
  const { name, title, strategy, keeps, drops, variables } = definition;
  const dynamic = dynamicOf(definition);
  return create(PipelineSchema, {
    name,
    version: stored.version,
    title,
    strategy,
    keeps,
    drops,
    variables: variables.map((variable) => ({
      name: variable.name,
      type: variableTypes[variable.type],
      defaultValue: variable.defaultValue,
      minimum: variable.minimum ?? "",
      maximum: variable.maximum ?? "",
      help: variable.help,
    })),
    template: stored.template,
    createTime: timestampFromDate(stored.createdAt),
    state: states[stored.state],
    origin: origins[stored.origin],
    author: stored.author,
    readme: stored.readme,
    ...(dynamic === undefined ? {} : { dynamic }),
  });
}

/** How agents move its filter where variables have their defaults; undefined also for a draft whose defaults are wrong. */
function dynamicOf(definition: PipelineDefinition): DynamicPolicy | undefined {
  const defaults = Object.fromEntries(definition.variables.map(({ name, defaultValue }) => [name, defaultValue]));
  try {
    return dynamicPolicy(definition, defaults, { variables: {}, mustKeep: [] });
  } catch (error) {
    if (isPhoenixError(error)) return undefined;
    throw error;
  }
}

/** Writes a finding as a message. */
export function findingMessage({ severity, ...finding }: Finding): FindingMessage {
  return create(FindingSchema, { ...finding, severity: severities[severity] });
}
