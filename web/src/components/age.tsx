import { useAge } from "./use-now.ts";

/** "12 s ago", and counting. */
export function Age({ ms }: { ms: number }) {
  return <span className="px-num">{useAge(ms)}</span>;
}
