import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ObservationBatchSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { Observation } from "@phoenix/gen/phoenix/measurement/v1/observation_pb.ts";
import { writeFileAtomically } from "../state/index.ts";

/** One file of a spool, as its name tells it: `<number>-<observations>-<bytes>.obs`. */
export type SpoolFile = { name: string; number: number; observations: number; bytes: number };

const pattern = /^(\d{12})-(\d+)-(\d+)\.obs$/;

/** The files of a spool directory, oldest first; drafts that a crash left are removed. */
export async function listSpoolFiles(directory: string): Promise<SpoolFile[]> {
  const files: SpoolFile[] = [];
  for (const name of await readdir(directory)) {
    const [, number, observations, bytes] = pattern.exec(name) ?? [];
    if (number !== undefined) {
      files.push({ name, number: Number(number), observations: Number(observations), bytes: Number(bytes) });
    } else if (name.endsWith(".tmp")) {
      await rm(join(directory, name), { force: true });
    }
  }
  return files.sort((a, b) => a.number - b.number);
}

/** Puts observations in a file that is whole or not there. */
export async function writeSpoolFile(
  directory: string,
  number: number,
  observations: Observation[],
): Promise<SpoolFile> {
  const bytes = toBinary(ObservationBatchSchema, create(ObservationBatchSchema, { observations }));
  const name = `${String(number).padStart(12, "0")}-${observations.length}-${bytes.length}.obs`;
  await writeFileAtomically(join(directory, name), bytes);
  return { name, number, observations: observations.length, bytes: bytes.length };
}

/** The observations of a file. Throws when the file is gone or cannot be read as what it should be. */
export async function readSpoolFile(directory: string, file: SpoolFile): Promise<Observation[]> {
  const bytes = await readFile(join(directory, file.name));
  if (bytes.length !== file.bytes) throw new Error(`${file.name} has ${bytes.length} bytes`);
  return fromBinary(ObservationBatchSchema, bytes).observations;
}

/** Removes a file; one that is gone already is fine. */
export async function removeSpoolFile(directory: string, file: SpoolFile): Promise<void> {
  await rm(join(directory, file.name), { force: true });
}
