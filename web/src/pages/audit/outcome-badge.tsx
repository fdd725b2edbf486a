import { StatusBadge } from "../../components/status-badge.tsx";

/** How a call ended that is in the audit. */
export function OutcomeBadge({ outcome }: { outcome: string }) {
  if (outcome === "ok") return <StatusBadge tone="good">Done</StatusBadge>;
  const words = outcome.toLowerCase().replaceAll("_", " ");
  const isRefused = /PERMISSION|UNAUTHENTICATED|APPROVAL|DENIED/.test(outcome);
  return <StatusBadge tone={isRefused ? "warn" : "bad"}>{words.charAt(0).toUpperCase() + words.slice(1)}</StatusBadge>;
}
