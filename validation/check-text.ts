import {
  type DefinitionProblem,
  formatPath,
  type LocatedDocument,
  type PipelineDefinition,
  readDocument,
  readPipelineDefinition,
  type TextProblem,
} from "@phoenix/catalog";
import { checkValue } from "./check-value.ts";
import { type Finding, limitFindings, type RuleFinding } from "./finding.ts";
import { readConfig } from "./read-config.ts";
import { rules } from "./rules/index.ts";
import { isMapping, type Subject } from "./subject.ts";

/** What the layers before the collector found. */
export type TextCheck = { findings: Finding[]; document: LocatedDocument };

/** Checks a pipeline file: YAML, schema, defaults, rules. */
export function checkPipelineFile(text: string): TextCheck & { definition: PipelineDefinition | undefined } {
  const { definition, problems, document } = readPipelineDefinition(text);
  if (document.problems.length > 0)
    return { definition, document, findings: limitFindings(document.problems.map(textFinding)) };
  if (!definition) return { definition, document, findings: limitFindings(problems.map(schemaFinding)) };
  const defaults = definition.variables.flatMap((variable): RuleFinding[] => {
    const complaint = checkValue(variable, variable.defaultValue);
    if (complaint === undefined) return [];
    const message = `The default of ${variable.name} ${complaint}.`;
    const at = ["variables", variable.name, "default"];
    return [{ severity: "error", at, message, suggestion: `Give a ${variable.type} in range.` }];
  });
  const findings = defaults.map((finding) => locate("default-value", finding, document));
  return {
    definition,
    document,
    findings: [...findings, ...applyRules(pipelineSubject(definition, document), document)],
  };
}

/** Checks a whole collector configuration: YAML, shape, rules. */
export function checkConfig(text: string): TextCheck {
  const document = readDocument(text);
  if (document.problems.length > 0) return { document, findings: limitFindings(document.problems.map(textFinding)) };
  const { subject, complaints } = readConfig(document.value);
  if (!subject || complaints.length > 0)
    return { document, findings: limitFindings(complaints).map((finding) => locate("shape", finding, document)) };
  return { document, findings: applyRules(subject, document) };
}

function applyRules(subject: Subject, document: LocatedDocument): Finding[] {
  return Object.entries(rules).flatMap(([name, rule]) =>
    limitFindings(rule(subject)).map((finding) => locate(name, finding, document)),
  );
}

function pipelineSubject(definition: PipelineDefinition, document: LocatedDocument): Subject {
  const { receivers, processors, routes } = definition;
  return {
    kind: "pipeline",
    value: isMapping(document.value) ? document.value : {},
    components: { receivers, processors, exporters: {}, connectors: {}, extensions: {} },
    routes: Object.entries(routes).map(([id, route]) => ({ id, at: ["pipelines", id], ...route, exporters: [] })),
    usedExtensions: [],
  };
}

function locate(rule: string, { at, ...finding }: RuleFinding, document: LocatedDocument): Finding {
  return { ...finding, rule, path: formatPath(at), ...document.locate(at) };
}

function schemaFinding(problem: DefinitionProblem): Finding {
  return { severity: "error", rule: "schema", ...problem, suggestion: "" };
}

const textSuggestions: Record<TextProblem["kind"], string> = {
  yaml: "",
  "duplicate-key": "Remove one of the two, or give it a name of its own.",
  "tab-indent": "Indent with spaces.",
  "several-documents": "Keep one document, and remove the line ---.",
};

function textFinding({ kind, ...problem }: TextProblem): Finding {
  return { severity: "error", rule: kind, path: "", ...problem, suggestion: textSuggestions[kind] };
}
