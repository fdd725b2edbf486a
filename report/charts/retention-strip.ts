import { scaleUtc } from "d3-scale";
import { type Markup, markup } from "../markup.ts";
import type { CandidateSightings, ProcessSightings } from "../sightings.ts";
import { axisLabel, type Drawing, figure, fittedText, timeLabel } from "./figure.ts";

/** Processes shown at most; those that were missed come first. */
const mostRows = 24;
const row = { name: 17, strip: 12, gap: 10 };

/** When each must-keep process ran and whether the candidate reported it; undefined where none was seen. */
export function retentionStrip({ variant, processes, windowMs }: CandidateSightings): Markup | undefined {
  if (processes.length === 0) return undefined;
  const shown = processes
    .toSorted((a, b) => b.missedMs.length - a.missedMs.length)
    .slice(0, mostRows)
    .toSorted((a, b) => (a.processName < b.processName ? -1 : 1));
  const left = processes.length - shown.length;
  return figure({
    title: `Critical processes under ${variant}`,
    description: `${shown.map(told).join("; ")}.`,
    caption: markup`<span class="key"><span class="swatch kept"></span>kept</span> <span class="key"><span class="swatch missed"></span>missed on at least one host</span> <span class="key"><span class="swatch gone"></span>not running, or missed by the baseline too</span>${left > 0 ? ` ${left} more were kept throughout.` : ""}`,
    draw: (width) => drawStrips(shown, windowMs, width),
  });
}

function told({ processName, keptMs, missedMs }: ProcessSightings): string {
  return `${processName} kept in ${keptMs.length} of ${keptMs.length + missedMs.length} windows`;
}

function drawStrips(processes: readonly ProcessSightings[], windowMs: number, width: number): Drawing {
  let [startMs, endMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const atMs of processes.flatMap(({ keptMs, missedMs }) => [...keptMs, ...missedMs])) {
    startMs = Math.min(startMs, atMs);
    endMs = Math.max(endMs, atMs + windowMs);
  }
  const x = scaleUtc([startMs, endMs], [0, width]);
  let top = 2;
  const content: Markup[] = [];
  for (const process of processes) {
    const [kept, all] = [process.keptMs.length, process.keptMs.length + process.missedMs.length];
    const count = kept === all ? `all ${all} windows` : `${kept} of ${all} windows`;
    content.push(
      fittedText(0, top + 11, process.processName, width - count.length * 7 - 12),
      markup`<text x="${width}" y="${top + 11}" text-anchor="end">${count}</text>`,
    );
    top += row.name;
    content.push(markup`<rect class="gone" x="0" y="${top + 4}" width="${width}" height="${row.strip - 8}"/>`);
    for (const [className, starts] of [
      ["kept", process.keptMs],
      ["missed", process.missedMs],
    ] as const) {
      for (const [fromMs, toMs] of stretches(starts, windowMs)) {
        // A single missed window among thousands must still be seen.
        const wide = Math.max(x(toMs) - x(fromMs), className === "missed" ? 2 : 0.5);
        // What was missed is also taller, for those who do not tell the colours apart.
        const inset = className === "missed" ? 0 : 2;
        content.push(
          markup`<rect class="${className}" x="${x(fromMs)}" y="${top + inset}" width="${wide}" height="${row.strip - 2 * inset}"/>`,
        );
      }
    }
    top += row.strip + row.gap;
  }
  const ticks = x.ticks(width < 500 ? 3 : 7).filter((tick) => x(tick) > 25 && x(tick) < width - 25);
  return {
    height: top + 14,
    content: [content, ticks.map((tick) => axisLabel(x(tick), top + 8, timeLabel(tick.getTime(), endMs - startMs)))],
  };
}

/** Windows that follow each other as one stretch of time. */
function stretches(starts: readonly number[], windowMs: number): [fromMs: number, toMs: number][] {
  const found: [number, number][] = [];
  for (const startMs of starts) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === startMs) last[1] = startMs + windowMs;
    else found.push([startMs, startMs + windowMs]);
  }
  return found;
}
