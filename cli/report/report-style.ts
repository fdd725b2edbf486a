/** The report's own style: light and dark by the reader's preference, fit for print. */
export const reportStyle = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --page: #ffffff; --panel: #f6f8fa;
  --candidate: #0a6cbd; --baseline: #8a5a00; --good: #116329; --bad: #a40e26; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9da7b3; --line: #30363d; --page: #0d1117;
  --panel: #161b22; --candidate: #58a6ff; --baseline: #d29922; --good: #56d364; --bad: #ff7b72; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 960px; padding: 24px 16px 64px; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 40px 0 8px; }
p.lead { font-size: 18px; } .soft { color: var(--soft); }
.decision { display: inline-block; padding: 2px 12px; border-radius: 999px; border: 2px solid currentColor; font-weight: 700; }
.PROMOTE { color: var(--good); } .REJECT, .UNHEALTHY { color: var(--bad); } .INCONCLUSIVE, .MEASURING { color: var(--baseline); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; }
svg { width: 100%; height: auto; background: var(--panel); border-radius: 8px; }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif; }
svg .grid { stroke: var(--line); } svg .asked { stroke: var(--bad); stroke-dasharray: 4 4; }
svg path { fill: none; stroke-width: 2; } svg .baseline { stroke: var(--baseline); } svg .candidate { stroke: var(--candidate); }
svg .band { fill: var(--candidate); fill-opacity: 0.18; stroke: none; }
code { font: 14px ui-monospace, monospace; }
@media print { body { max-width: none; } h2 { break-after: avoid; } table, svg { break-inside: avoid; } }
`;
