import type { PriceBook } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import type { HostCount } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { ErrorState } from "../../components/error-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { Stat, StatGrid } from "../../components/stat.tsx";
import { formatCount, formatMoney } from "../../format/quantities.ts";
import { countHealth, shareOut, totalOf } from "./fleet-cost.ts";
import { FlowChart } from "./flow.tsx";
import { usePromotions } from "./use-promotions.ts";

/** What the fleet costs and saves now, and where that comes from. */
export function FleetPanel({ counts, book }: { counts: readonly HostCount[]; book: PriceBook | undefined }) {
  const { promotions, ready, error } = usePromotions(book?.name ?? "");
  const hosts = totalOf(counts);
  const shares = shareOut(counts, promotions);
  const sum = (pick: (share: (typeof shares)[number]) => number | undefined): number =>
    shares.reduce((all, share) => all + (pick(share) ?? 0), 0);
  const measured = sum(({ measuredHosts }) => measuredHosts);
  const currency = book?.currency ?? "USD";
  const known = ready && measured > 0;
  const of = `${formatCount(measured)} of ${formatCount(hosts)} hosts`;
  const health = countHealth(counts);
  return (
    <Panel
      title="The fleet"
      note={`Counted for hosts that run what an experiment measured and someone promoted, at ${book?.title ?? "no price book"}; a month of 30 days like the time measured.`}
    >
      {error !== null && <ErrorState error={error} />}
      <StatGrid>
        <Stat
          label="Costs now"
          value={
            known
              ? formatMoney(
                  sum(({ monthly }) => monthly),
                  currency,
                )
              : ready
                ? "not measured"
                : "…"
          }
          {...(known && { unit: "a month" })}
          help="What the promoted pipelines would cost at the vendor, for the hosts that run them now."
          note={known ? of : "No host runs what an experiment measured."}
        />
        <Stat
          label="Saves net"
          value={
            known
              ? formatMoney(
                  sum(({ net }) => net),
                  currency,
                )
              : ready
                ? "not measured"
                : "…"
          }
          {...(known && { unit: "a month" })}
          help="Against what the same hosts ran before, less what the new collectors need more in CPU and memory."
          note={known ? of : "Promote a candidate to save something."}
        />
        <Stat
          label="Hosts"
          value={formatCount(health.healthy + health.unhealthy)}
          unit={`of ${formatCount(hosts)} online`}
          note={health.lost > 0 ? `${formatCount(health.lost)} lost` : "none lost"}
        />
        <Stat
          label="With a pipeline of ours"
          value={formatCount(hosts - (shares.find(({ pipeline }) => pipeline === "")?.hosts ?? 0))}
          unit="hosts"
          note="promoted or deployed, running what is wanted"
        />
      </StatGrid>
      <br />
      <FlowChart health={health} shares={shares} currency={currency} />
    </Panel>
  );
}
