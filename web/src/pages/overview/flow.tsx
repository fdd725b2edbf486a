import { formatCount, formatMoney } from "../../format/quantities.ts";
import type { Health, PipelineShare } from "./fleet-cost.ts";
import classes from "./overview.module.css";

type Box = { key: string; title: string; detail: string; hosts: number; color: string };

const width = 960;
const boxWidth = 210;
const gap = 14;
const least = 44;
const columns = [0, (width - boxWidth) / 2, width - boxWidth] as const;
const colors = ["--px-candidate", "--px-baseline", "--px-candidate-2", "--px-candidate-3", "--px-candidate-4"];

/** Hosts, what they run, and what that costs a month, as bands as wide as hosts are many. */
export function FlowChart({
  health,
  shares,
  currency,
}: {
  health: Health;
  shares: readonly PipelineShare[];
  currency: string;
}) {
  const total = shares.reduce((sum, { hosts }) => sum + hosts, 0);
  const money = (amount: number | undefined): string =>
    amount === undefined ? "not measured" : `${formatMoney(amount, currency)} a month`;
  const pipelines = shares.map(
    ({ pipeline, hosts }, place): Box => ({
      key: pipeline,
      title: pipeline === "" ? "no pipeline of ours" : pipeline,
      detail: hostWords(hosts),
      hosts,
      color: pipeline === "" ? "--px-idle" : (colors[place % colors.length] ?? "--px-idle"),
    }),
  );
  const prices = shares.map(
    ({ pipeline, hosts, monthly, measuredHosts }, place): Box => ({
      key: pipeline,
      title: money(monthly),
      detail:
        monthly === undefined ? hostWords(hosts) : `${formatCount(measuredHosts)} of ${hostWords(hosts)} measured`,
      hosts,
      color: pipelines[place]?.color ?? "--px-idle",
    }),
  );
  const online = health.healthy + health.unhealthy;
  const fleet: Box = {
    key: "fleet",
    title: hostWords(total),
    detail: `${formatCount(online)} online`,
    hosts: total,
    color: "--px-accent",
  };
  const scale = Math.min(40, 260 / Math.max(1, total));
  const stack = (boxes: readonly Box[]) => {
    let top = 0;
    return boxes.map((box) => {
      const height = Math.max(least, box.hosts * scale);
      const placed = { ...box, top, height };
      top += height + gap;
      return placed;
    });
  };
  const [middle, right] = [stack(pipelines), stack(prices)];
  const height = Math.max(
    least,
    middle.reduce((sum, box) => sum + box.height + gap, -gap),
  );
  const left = { ...fleet, top: 0, height };
  let leftTop = 0;
  const bands = middle.flatMap((box, place) => {
    const share = (box.height / (height - gap * (middle.length - 1))) * height;
    const from = { top: leftTop, height: share };
    leftTop += share;
    const price = right[place];
    return [
      { key: `to ${box.key}`, color: box.color, path: band(columns[0] + boxWidth, from, columns[1], box) },
      ...(price === undefined
        ? []
        : [{ key: `cost ${box.key}`, color: box.color, path: band(columns[1] + boxWidth, box, columns[2], price) }]),
    ];
  });
  const words = shares.map(
    (share, place) => `${pipelines[place]?.title} on ${hostWords(share.hosts)}: ${money(share.monthly)}`,
  );
  return (
    <>
      <svg
        className={classes.flow}
        viewBox={`-1 -1 ${width + 2} ${height + 2}`}
        role="img"
        aria-label={`Hosts, pipelines and prices. ${words.join("; ")}.`}
      >
        {bands.map(({ key, color, path }) => (
          <path key={key} d={path} fill={`var(${color})`} className={classes.band} />
        ))}
        {[left, ...middle].map((box) => (
          <FlowBox key={box.key} box={box} x={box === left ? columns[0] : columns[1]} />
        ))}
        {right.map((box) => (
          <FlowBox key={box.key} box={box} x={columns[2]} />
        ))}
      </svg>
      <ul className={classes.flowList}>
        {words.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </>
  );
}

function FlowBox({ box, x }: { box: Box & { top: number; height: number }; x: number }) {
  const middle = box.top + box.height / 2;
  return (
    <g>
      <rect x={x} y={box.top} width={boxWidth} height={box.height} rx={6} className={classes.box} />
      <rect x={x} y={box.top} width={5} height={box.height} rx={2} fill={`var(${box.color})`} />
      <text x={x + 16} y={middle - 4} className={classes.boxTitle}>
        {box.title}
      </text>
      <text x={x + 16} y={middle + 14} className={classes.boxDetail}>
        {box.detail}
      </text>
    </g>
  );
}

type Span = { top: number; height: number };

/** A band from one edge to another, bent half-way. */
function band(fromX: number, from: Span, toX: number, to: Span): string {
  const half = (fromX + toX) / 2;
  return [
    `M${fromX},${from.top}`,
    `C${half},${from.top} ${half},${to.top} ${toX},${to.top}`,
    `L${toX},${to.top + to.height}`,
    `C${half},${to.top + to.height} ${half},${from.top + from.height} ${fromX},${from.top + from.height}`,
    "Z",
  ].join(" ");
}

function hostWords(count: number): string {
  return `${formatCount(count)} host${count === 1 ? "" : "s"}`;
}
