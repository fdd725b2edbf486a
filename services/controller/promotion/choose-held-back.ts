import { createHash } from "node:crypto";

/**
 * Chooses which hosts are held back from a promotion, and gives their ids: those
 * whose hash with the experiment's id is least. It looks random, comes out the
 * same whoever asks, and nobody can pick the hosts that suit them.
 */
export function chooseHeldBack(experimentId: string, hostIds: readonly string[], count: number): ReadonlySet<string> {
  const places = hostIds.map((hostId) => ({
    hostId,
    place: createHash("sha256").update(`${experimentId}/${hostId}`).digest("hex"),
  }));
  places.sort((a, b) => (a.place < b.place ? -1 : 1));
  return new Set(places.slice(0, count).map(({ hostId }) => hostId));
}
