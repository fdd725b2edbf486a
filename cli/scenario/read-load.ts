import { isAbsolute, join } from "node:path";
import { readProfileFile } from "../loadsim/read-profile-file.ts";
import type { LoadChoice } from "./scenario.ts";

/**
 * Reads the profile where a load names a file, as seen from a folder; names of profiles that ship have neither
 * dots nor slashes. Throws a usage error with the lines of all that is wrong in it.
 */
export function readLoad(choice: LoadChoice, folder: string): LoadChoice {
  const { profile, ...rest } = typeof choice === "string" ? { profile: choice } : choice;
  if (typeof profile !== "string" || !/[./\\]/.test(profile)) return choice;
  return { ...rest, profile: readProfileFile(isAbsolute(profile) ? profile : join(folder, profile)) };
}
