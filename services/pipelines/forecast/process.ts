import type { ComponentSettings } from "@phoenix/catalog";
import { type Flow, unknownValue } from "./flow.ts";
import { attributeOf, readCondition, readStatement, type Statement } from "./statement.ts";

/** Says what is assumed. */
type Note = (assumption: string) => void;

/** Processors that change neither which series there are nor how many points. */
const passing = new Set(["batch", "memory_limiter", "groupbyattrs", "cumulativetodelta", "deltatorate"]);

/** Sends series through a processor. One that is beyond what can be read lets everything through, and is noted. */
export function passThrough(id: string, settings: ComponentSettings, flows: readonly Flow[], note: Note): Flow[] {
  const type = id.split("/")[0] ?? "";
  const giveUp = (): void =>
    note(`The processor ${id} does more than a forecast can read; what it does beyond that is left out of account.`);
  if (type === "filter") return filter(settings, flows, giveUp);
  if (type === "transform") return transform(settings, flows, giveUp);
  if (!passing.has(type)) giveUp();
  return [...flows];
}

function filter(settings: ComponentSettings, flows: readonly Flow[], giveUp: () => void): Flow[] {
  const old = settings?.metrics as { metric?: unknown; datapoint?: unknown } | undefined;
  const written = [settings?.metric_conditions, old?.metric, old?.datapoint].flatMap((list) => list ?? []);
  if (Object.keys(settings ?? {}).some((key) => !["error_mode", "metric_conditions", "metrics"].includes(key)))
    giveUp();
  const conditions = written.flatMap((text) => {
    const condition = typeof text === "string" ? readCondition(text) : undefined;
    if (condition === undefined) giveUp();
    return condition ?? [];
  });
  // What is true drops.
  return flows.filter((flow) => {
    const found = conditions.map((condition) => condition(flow));
    if (!found.includes(true) && found.includes(undefined)) giveUp();
    return !found.includes(true);
  });
}

function transform(settings: ComponentSettings, flows: readonly Flow[], giveUp: () => void): Flow[] {
  const now = [...flows];
  for (const group of listOf(settings?.metric_statements)) {
    const texts = typeof group === "string" ? [group] : listOf((group as { statements?: unknown }).statements);
    for (const text of texts) {
      const statement = typeof text === "string" ? readStatement(text) : undefined;
      const editor = statement === undefined ? undefined : editors[statement.editor];
      if (statement === undefined || editor === undefined) {
        giveUp();
        continue;
      }
      // By resource first: what is set on one series of a process counts for the next statement on all of them.
      for (const flow of [...now]) {
        const holds = statement.where(flow);
        if (holds === undefined) giveUp();
        if (holds && !editor(flow, statement.arguments, now)) giveUp();
      }
    }
  }
  return now;
}

/** Does what an editor does to a series; false where it cannot be said. */
type Editor = (flow: Flow, given: Statement["arguments"], flows: Flow[]) => boolean;

/** Paths that are no part of a series' identity. */
const indifferent = /^(?:datapoint\.(?:value_\w+|time\w*|start_time\w*|flags)|metric\.(?:description|unit))$/;

const editors: Readonly<Record<string, Editor>> = {
  set(flow, [target, to]) {
    if (target?.path === undefined || to === undefined) return false;
    if (indifferent.test(target.path)) return true;
    const attribute = attributeOf(target.path);
    if (attribute !== undefined) flow.resource.attributes.set(attribute, textOf(to.value));
    else if (target.path === "metric.name" && typeof to.value === "string") flow.metric = to.value;
    else return false;
    return true;
  },
  delete_key(flow, [target, key]) {
    if (target?.path !== "resource.attributes" || typeof key?.value !== "string") return false;
    flow.resource.attributes.delete(key.value);
    return true;
  },
  keep_keys(flow, [target, keys]) {
    if (target?.path !== "resource.attributes" || keys?.list === undefined) return false;
    const kept = [...flow.resource.attributes].filter(([name]) => keys.list?.includes(name));
    flow.resource.attributes = new Map(kept);
    return true;
  },
  copy_metric(flow, given, flows) {
    const name = given.find((one) => one.name === "name")?.value;
    if (typeof name !== "string") return false;
    flows.push({ ...flow, metric: name });
    return true;
  },
  aggregate_on_attributes(flow, [, attributes]) {
    if (attributes?.list === undefined || attributes.list.length > 0) return false;
    flow.combinations = 1;
    flow.aggregated = true;
    return true;
  },
};

function textOf(value: Statement["arguments"][number]["value"]): string | typeof unknownValue {
  return value === undefined || value === unknownValue ? unknownValue : String(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
