import { markup } from "./markup.ts";

/** The report's own style: light and dark by the reader's preference, from a telephone to a sheet of paper. */
export const reportStyle = markup`
:root { color-scheme: light dark; --ink: #1a2027; --soft: #56606c; --line: #d5dae1; --page: #ffffff; --panel: #f5f7f9;
--good: #116b35; --good-panel: #eaf6ee; --bad: #a8122c; --bad-panel: #fdeef0; --open: #7a5200; --open-panel: #fdf5e3;
--arm-0: #6b7683; --arm-1: #1668c1; --arm-2: #b5500b; --arm-3: #0b7a75; --arm-4: #8440b8; --saved: #1d8a4a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ebf0; --soft: #a2adba; --line: #343c46; --page: #10151b;
--panel: #181f27; --good: #63d18b; --good-panel: #12281b; --bad: #ff8b96; --bad-panel: #331519; --open: #e5b454;
--open-panel: #2e2512; --arm-0: #98a4b2; --arm-1: #62abff; --arm-2: #f0954f; --arm-3: #45c4bc; --arm-4: #c594f5; --saved: #4cc27d; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
overflow-wrap: anywhere; }
main { max-width: 984px; margin: 0 auto; padding: 32px 32px 64px; }
.brand { margin: 0 0 6px; color: var(--soft); font-size: 13px; }
h1 { font-size: 28px; line-height: 1.25; margin: 0 0 6px; }
h2 { font-size: 20px; line-height: 1.3; margin: 44px 0 12px; }
h3 { font-size: 16px; margin: 20px 0 8px; }
p { margin: 8px 0; }
.soft { color: var(--soft); } header .soft { margin: 0; }
.notes { color: var(--soft); font-size: 13px; line-height: 1.45; } ul.notes { columns: 2; column-gap: 28px; padding-left: 16px; }
ul.notes li { break-inside: avoid; margin: 0 0 4px; }
code { font: 0.9em ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
ul { margin: 8px 0; padding-left: 22px; } li { margin: 3px 0; }
.lead { margin: 24px 0; padding: 20px 24px; border: 1px solid var(--line); border-left: 6px solid var(--open); border-radius: 8px; background: var(--open-panel); }
.lead.PROMOTE { border-left-color: var(--good); background: var(--good-panel); }
.lead.REJECT, .lead.UNHEALTHY { border-left-color: var(--bad); background: var(--bad-panel); }
.lead .whose { margin: 0 0 8px; }
.decision { margin: 0; font-size: 15px; } .badge { margin-right: 12px; font-size: 24px; font-weight: 750; letter-spacing: 0.01em; color: var(--open); }
.PROMOTE .badge { color: var(--good); } .REJECT .badge, .UNHEALTHY .badge { color: var(--bad); }
.reason { font-size: 18px; line-height: 1.45; margin: 6px 0 16px; }
dl { display: grid; grid-template-columns: 1fr 1fr; gap: 14px 28px; margin: 0; }
dt { font-weight: 650; } dd { margin: 2px 0 0; font-size: 15px; }
.empty { padding: 20px 24px; border: 1px dashed var(--line); border-radius: 8px; }
td time, td.short { white-space: nowrap; }
.scroll { overflow-x: auto; margin: 12px 0; }
.scroll:focus-visible { outline: 2px solid var(--arm-1); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: 14.5px; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 7px 14px 7px 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; unicode-bidi: isolate; overflow-wrap: break-word; min-width: 68px; max-width: 420px; }
thead th { color: var(--soft); font-size: 13px; vertical-align: bottom; border-bottom-color: var(--soft); }
th:last-child, td:last-child { padding-right: 0; }
.figures { text-align: right; } .detail { display: block; color: var(--soft); font-size: 12.5px; }
figure { margin: 16px 0; padding: 14px 16px; background: var(--panel); border-radius: 8px; }
figcaption { font-size: 14px; margin-bottom: 8px; }
.legend { margin: 0 0 6px; font-size: 13px; } .key { margin-right: 16px; white-space: nowrap; }
.swatch { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 6px; vertical-align: -1px; background: currentColor; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 16px; } .pair > figure:only-child { grid-column: 1 / -1; }
details { margin: 8px 0; font-size: 14.5px; } summary { cursor: pointer; color: var(--soft); }
.checking { margin-top: 64px; padding-top: 24px; border-top: 2px solid var(--line); }
.checking h1 { font-size: 22px; } .checking h2 { font-size: 17px; margin-top: 30px; }
svg { display: block; width: 100%; height: auto; } svg.narrow { display: none; }
svg text { fill: var(--soft); font: 12px system-ui, "Segoe UI", Roboto, Arial, sans-serif; font-variant-numeric: tabular-nums; }
svg .name, svg .value { fill: var(--ink); } svg .askedLabel { fill: var(--bad); }
svg .grid { stroke: var(--line); } svg .asked { stroke: var(--bad); stroke-dasharray: 5 4; stroke-width: 1.5; }
.arm-0 { color: var(--arm-0); } .arm-1 { color: var(--arm-1); } .arm-2 { color: var(--arm-2); } .arm-3 { color: var(--arm-3); } .arm-4 { color: var(--arm-4); }
.saved, .kept { color: var(--saved); } .lost, .missed { color: var(--bad); } .gone { color: var(--line); }
svg .curve { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
svg .band { fill: currentColor; fill-opacity: 0.2; }
svg circle, svg .bar, svg .kept, svg .missed, svg .gone { fill: currentColor; }
svg .whisker { stroke: var(--ink); stroke-width: 1.5; }
@media (max-width: 700px) { main { padding: 20px 16px 48px; } h1 { font-size: 23px; } .lead { padding: 16px; }
dl, .pair { grid-template-columns: 1fr; } ul.notes { columns: 1; } .badge { display: block; } .reason { font-size: 16.5px; }
figure { padding: 12px 8px; } th, td { max-width: 150px; padding-right: 10px; } td.figures { white-space: nowrap; max-width: none; } table { font-size: 13.5px; } svg.wide { display: none; } svg.narrow { display: block; } }
@media print { @page { margin: 14mm; } :root { color-scheme: light; --ink: #000000; --soft: #444c56; --line: #c4cad2; --page: #ffffff; --panel: #ffffff;
--good: #116b35; --good-panel: #ffffff; --bad: #a8122c; --bad-panel: #ffffff; --open: #7a5200; --open-panel: #ffffff; --arm-0: #6b7683; --arm-1: #1668c1;
--arm-2: #b5500b; --arm-3: #0b7a75; --arm-4: #8440b8; --saved: #1d8a4a; }
* { print-color-adjust: exact; } body { font-size: 10.5pt; } main { max-width: none; padding: 0; } h1, h2, h3, figcaption { break-after: avoid; }
figure, .lead, tr { break-inside: avoid; } figure { border: 1px solid var(--line); } .scroll { overflow: visible; } table { font-size: 9pt; }
.checking { break-before: page; border-top: 0; margin-top: 0; padding-top: 0; } thead { display: table-header-group; }
svg.wide { display: block; } svg.narrow { display: none; } .pair { grid-template-columns: 1fr 1fr; } }
`;
