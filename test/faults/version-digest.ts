/** A configuration digest that stands for a version, so that an agent can say which one it applied. */
export function digestOf(version: number): string {
  return version.toString(16).padStart(64, "0");
}

/** The version a digest stands for. */
export function versionOf(digest: string): number {
  return Number.parseInt(digest, 16);
}
