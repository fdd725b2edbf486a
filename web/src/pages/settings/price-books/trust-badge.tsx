import { StatusBadge, type Tone } from "../../../components/status-badge.tsx";

const trusts: Readonly<Record<string, { tone: Tone; words: string }>> = {
  vendor: { tone: "good", words: "The vendor's page" },
  secondary: { tone: "warn", words: "Second hand" },
  contract: { tone: "good", words: "Your contract" },
};

/** Where the prices of a book come from, and so how far they are to be trusted. */
export function TrustBadge({ trust }: { trust: string }) {
  const { tone, words } = trusts[trust] ?? { tone: "idle", words: trust };
  return <StatusBadge tone={tone}>{words}</StatusBadge>;
}
