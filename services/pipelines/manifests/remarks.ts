import { Document, isNode } from "yaml";
import type { KubernetesObject } from "./objects.ts";

/** Why something in an object is as it is, by the kind of object and the path; `of` is the container it is about. */
type Remark = { kind: string; of?: "collector" | "agent"; path: (string | number)[]; text: string };

const container = ["spec", "template", "spec", "containers", 0];

const remarks: Remark[] = [
  {
    kind: "DaemonSet",
    of: "agent",
    path: [...container, "securityContext", "runAsUser"],
    text: "Root with two capabilities and nothing else, because a user other than root does not get capabilities:\nSYS_PTRACE reads the executables and the I/O of other users' processes, DAC_READ_SEARCH opens their files\nin /proc.",
  },
  {
    kind: "DaemonSet",
    of: "agent",
    path: ["spec", "template", "spec", "hostPID"],
    text: "The agent ranks the processes of the node and its collectors report them, so both look into the node's pid\nnamespace. Root there could signal processes of the node's root; an agent signals what it started itself,\nby boot, pid and start time.",
  },
  {
    kind: "DaemonSet",
    of: "agent",
    path: [...container, "startupProbe"],
    text: "An agent dials out and listens to nobody, so its probes look at its folder: it is enrolled, and it holds its\nstate. One that ends is started again; its collectors' health is its own to watch, and the server shows it.",
  },
  {
    kind: "DaemonSet",
    of: "agent",
    path: [...container, "resources", "limits"],
    text: "Room for the agent and three collectors: one for good, and two arms while an experiment runs. Load that an\nexperiment puts on the node comes on top.",
  },
  {
    kind: "DaemonSet",
    of: "collector",
    path: [...container, "securityContext", "runAsUser"],
    text: "Root with two capabilities and nothing else, because a user other than root does not get capabilities:\nSYS_PTRACE reads the executables and the I/O of other users' processes, DAC_READ_SEARCH opens their files\nin /proc. The host's pid namespace is not shared; its /proc, read-only, is enough to read and not to signal.",
  },
  {
    kind: "DaemonSet",
    path: [...container, "securityContext", "runAsNonRoot"],
    text: "Nothing here reads other users' processes, so no root and no capability.",
  },
  {
    kind: "DaemonSet",
    path: ["spec", "template", "spec", "hostNetwork"],
    text: "The interfaces counted are those of the network namespace the collector is in.",
  },
  {
    kind: "ClusterRole",
    path: ["rules"],
    text: "Only what components of the pipeline ask the cluster's API for.",
  },
];

/** Writes objects as one YAML stream, with remarks where they explain something. */
export function writeObjects(objects: readonly KubernetesObject[], head: string): string {
  const documents = objects.map((object) => {
    const document = new Document(object, { aliasDuplicateObjects: false });
    const name = document.getIn([...container, "name"]);
    for (const { kind, of = name, path, text } of remarks) {
      if (kind === object.kind && of === name) remarkBefore(document, path, text);
    }
    return document.toString({ lineWidth: 0 });
  });
  return `${comment(head)}\n---\n${documents.join("---\n")}`;
}

/** A comment stands before a pair, which is where its key is. */
function remarkBefore(document: Document, path: (string | number)[], text: string): void {
  const parent = document.getIn(path.slice(0, -1));
  if (typeof parent !== "object" || parent === null || !("items" in parent)) return;
  const items = parent.items as { key?: unknown }[];
  const key = items.find((pair) => isNode(pair.key) && String(pair.key) === String(path.at(-1)))?.key;
  if (isNode(key)) key.commentBefore = text.replaceAll(/^/gm, " ");
}

function comment(text: string): string {
  return text.replaceAll(/^/gm, "# ");
}
