/** The host that has the name asked for. */
export type NameHolder = { hostId: string; online: boolean };

/**
 * What enrolling under a name does: `create` a new host, `keep` the one that
 * has the name, `replace` it by a new one, or `refuse`.
 */
export type EnrollmentDecision = "create" | "keep" | "replace" | "refuse";

/**
 * Decides who gets a host name; names are unique. The machine that knows the id
 * behind its name is that host again and keeps all that belongs to it. Another
 * one (a machine set up anew, or a second with the same name) replaces a host
 * whose agent is away, and is refused while it is online: two machines that
 * take turns under one name would mix their measurements.
 */
export function decideEnrollment(holder: NameHolder | null, previousHostId: string): EnrollmentDecision {
  if (holder === null) return "create";
  if (previousHostId !== "" && holder.hostId === previousHostId) return "keep";
  return holder.online ? "refuse" : "replace";
}
