/**
 * The agent's own directory on the host. Promises: one agent per directory
 * (state-lock), files that are either the old or the new ones after a crash
 * (atomic-file), and modes that keep other users out.
 *
 * What lies in it belongs to the rooms: journal, spool, enrollment, supervisor.
 */
export { openStateDirectory, readJsonFile, removeFile, writeFileAtomically, writeJsonFile } from "./atomic-file.ts";
export { lockStateDirectory, type StateLock } from "./state-lock.ts";
