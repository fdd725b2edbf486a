import type { DynamicKind } from "./dynamic-definition.ts";

/**
 * Files that an agent writes for each kind of moving filter, with a content that a collector accepts.
 * A pipeline refers to them, and so takes what the agent finds right at the time.
 */
export const dynamicFiles: Readonly<Record<DynamicKind, Readonly<Record<string, string>>>> = {
  // 0 is no process, and an empty list would be no filter that can be relied on.
  top_k: { "pids.yaml": '- strict: "0"', "names.yaml": "- '.*'" },
  adaptive: { process_interval: "15s", minimum_age: "0s", cpu_floor: "0.0", rss_floor_bytes: "0" },
};

/** Files beside them, of every kind: when a receiver scrapes first after a start, and after its filter was moved. */
export const delayFiles = { start_delay: "1s", moved_delay: "1s" } as const;

const reference = /\$\{file:\$\{env:PHX_DYN_DIR\}\/([A-Za-z0-9_.-]+)\}/g;

/** Writes the reference to a file of a moving filter. */
export function dynamicReference(file: string): string {
  return `\${file:\${env:PHX_DYN_DIR}/${file}}`;
}

/** Names of the files of a moving filter that a text refers to, in order, with repetition. */
export function referredDynamicFiles(text: string): string[] {
  return [...text.matchAll(reference)].map((match) => match[1] ?? "");
}
