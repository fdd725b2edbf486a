// For specs: a shell script that answers the two questions a search asks of a binary.
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { requiredComponents } from "./check-binary.ts";

/** Writes a program that says it is a collector of this version; `without` leaves a component type out. */
export async function writeStandInCollector(path: string, version: string, without?: string): Promise<void> {
  const components = Object.entries(requiredComponents).flatMap(([kind, types]) => [
    `${kind}:`,
    ...types.filter((type) => type !== without).map((type) => `  - name: ${type}`),
  ]);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(
    path,
    `#!/bin/sh\nif [ "$1" = --version ]; then echo "otelcol version ${version}"; exit; fi\ncat <<END\n${components.join("\n")}\nEND\n`,
  );
  await chmod(path, 0o755);
}
