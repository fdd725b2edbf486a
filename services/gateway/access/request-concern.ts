import type { Message } from "@bufbuild/protobuf";
import type { Concern } from "./method-rules.ts";

type Labels = Readonly<Record<string, string>>;

/** Something a request is about, for who may ask for it. */
export type Subject =
  | { kind: "host" | "task" | "experiment" | "deployment" | "load"; id: string }
  /** Hosts by id or name, or by labels; with neither, any host. */
  | { kind: "hosts"; hosts: readonly string[]; labels: Labels }
  /** Hosts that will have these labels. */
  | { kind: "labels"; labels: Labels };

type Fields = {
  hostId?: string;
  taskId?: string;
  experimentId?: string;
  deploymentId?: string;
  loadSimulationId?: string;
  labels?: Labels;
  spec?: { hosts?: Selector };
  hosts?: Selector;
  selector?: Selector;
  updateMask?: { paths: readonly string[] };
};
type Selector = { hosts: readonly string[]; labels: Labels };

/** What a request concerns, by the rule of its RPC; empty for what concerns no host. */
export function subjectsOf(concern: Concern, request: Message): Subject[] {
  const fields = request as Message & Fields;
  const paths = fields.updateMask?.paths;
  switch (concern) {
    case "host": {
      const own: Subject = { kind: "host", id: fields.hostId ?? "" };
      // A change of labels must not take a host where its caller has no say, nor take one over.
      return paths?.includes("labels") ? [own, { kind: "labels", labels: fields.labels ?? {} }] : [own];
    }
    case "named-hosts":
      return [
        {
          kind: "hosts",
          hosts: (request as Message & { hosts?: readonly string[] }).hosts ?? [],
          labels: fields.labels ?? {},
        },
      ];
    case "task":
      return [{ kind: "task", id: fields.taskId ?? "" }];
    case "experiment":
      return [{ kind: "experiment", id: fields.experimentId ?? "" }];
    case "new-experiment": {
      const known: Subject[] =
        fields.experimentId === undefined ? [] : [{ kind: "experiment", id: fields.experimentId }];
      const changed = known.length === 0 || fields.spec !== undefined || paths?.some((path) => path.startsWith("spec"));
      return changed ? [...known, hostsOf(fields.spec?.hosts)] : known;
    }
    case "deployment":
      return [{ kind: "deployment", id: fields.deploymentId ?? "" }];
    case "new-deployment": {
      const known: Subject[] =
        fields.deploymentId === undefined ? [] : [{ kind: "deployment", id: fields.deploymentId }];
      const changed = known.length === 0 || fields.selector !== undefined || paths?.includes("selector");
      return changed ? [...known, hostsOf(fields.selector)] : known;
    }
    case "load":
      return [{ kind: "load", id: fields.loadSimulationId ?? "" }];
    case "new-load":
      return [hostsOf(fields.hosts)];
    case "labels":
      return [{ kind: "labels", labels: fields.labels ?? {} }];
    case "any-labels": {
      const sets = (request as Message & { anyOf?: readonly { labels: Labels }[] }).anyOf ?? [];
      return (sets.length === 0 ? [{ labels: {} }] : sets).map(({ labels }): Subject => ({ kind: "labels", labels }));
    }
    case "nothing":
    case "listed":
    case "itself":
      return [];
  }
}

/** True when a request reaches hosts without naming them or a label of theirs. */
export function reachesWholeFleet(subjects: readonly Subject[]): boolean {
  return subjects.some(
    (subject) => subject.kind === "hosts" && subject.hosts.length === 0 && Object.keys(subject.labels).length === 0,
  );
}

function hostsOf(selector: Selector | undefined): Subject {
  return { kind: "hosts", hosts: selector?.hosts ?? [], labels: selector?.labels ?? {} };
}
