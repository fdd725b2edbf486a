/** A collector's version, the three numbers of "0.160.0". */
export type CollectorVersion = { major: number; minor: number; patch: number };

/** The oldest and the newest collector release Phoenix works with, both included; patches do not matter. */
export const SUPPORTED_VERSIONS = { oldest: "0.149", newest: "0.170" } as const;

const pattern = /\bv?(\d+)\.(\d+)\.(\d+)\b/;

/** Finds the version in what `otelcol --version` prints, or in a bare "0.160.0"; undefined when there is none. */
export function parseVersion(text: string): CollectorVersion | undefined {
  const found = pattern.exec(text);
  if (!found) return undefined;
  return { major: Number(found[1]), minor: Number(found[2]), patch: Number(found[3]) };
}

/** Writes a version the way the collector does, "0.160.0". */
export function formatVersion(version: CollectorVersion): string {
  return `${version.major}.${version.minor}.${version.patch}`;
}

/** Says whether a version, given as text, lies in SUPPORTED_VERSIONS; text without a version does not. */
export function isSupportedVersion(text: string): boolean {
  const version = parseVersion(text);
  if (!version) return false;
  const release = version.major * 10_000 + version.minor;
  return release >= releaseNumber(SUPPORTED_VERSIONS.oldest) && release <= releaseNumber(SUPPORTED_VERSIONS.newest);
}

function releaseNumber(release: string): number {
  const [major = "0", minor = "0"] = release.split(".");
  return Number(major) * 10_000 + Number(minor);
}
