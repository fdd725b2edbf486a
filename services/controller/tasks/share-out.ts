/**
 * Cuts tasks into parts of `partSize` at most, in their order, with `hostShare`
 * of one host at most in each: what a host has beyond it goes into later parts.
 */
export function shareOut<T extends { hostId: string }>(
  tasks: readonly T[],
  { partSize, hostShare }: { partSize: number; hostShare: number },
): T[][] {
  const parts: T[][] = [];
  for (let left = tasks; left.length > 0; ) {
    const part: T[] = [];
    const later: T[] = [];
    const counts = new Map<string, number>();
    for (const task of left) {
      const count = counts.get(task.hostId) ?? 0;
      if (part.length < partSize && count < hostShare) {
        part.push(task);
        counts.set(task.hostId, count + 1);
      } else later.push(task);
    }
    parts.push(part);
    left = later;
  }
  return parts;
}
