import type { MeasuredArm, MeasuredWindow, Sighting } from "../verdict/index.ts";

/** Numbers kept of a window, in this order; the last two point into the lists of the panel. */
const fields = [
  "startMs",
  "lengthMs",
  "activeSeries",
  "dataPoints",
  "metricNames",
  "otlpBytes",
  "cpuSeconds",
  "rssBytes",
  "restarts",
  "droppedPoints",
  "rejectedRequests",
  "clockOffsetMs",
] as const satisfies readonly (keyof MeasuredWindow)[];
const [flagsAt, digestAt, sightingsAt] = [fields.length, fields.length + 1, fields.length + 2];
const width = fields.length + 3;
const [upFlag, completeFlag] = [1, 2];

/** One page of windows of an arm on a host, `width` numbers each. */
interface PackedArm {
  readonly hostId: string;
  readonly variant: string;
  readonly pages: Float64Array<ArrayBuffer>[];
}

/**
 * Windows as few flat arrays: what repeats in nearly every window, digests and
 * sightings, is there once. It moves to another thread without being copied.
 */
export interface PackedPanel {
  readonly windows: number;
  readonly digests: readonly string[];
  readonly sightings: readonly (readonly Sighting[])[];
  readonly arms: readonly PackedArm[];
}

/** Each different value once, by its key. */
class Dictionary<T> {
  readonly values: T[] = [];
  readonly #indexes = new Map<string, number>();

  indexOf(key: string, value: T): number {
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    this.#indexes.set(key, this.values.length);
    this.values.push(value);
    return this.values.length - 1;
  }
}

/** Packs windows as they are read. */
export class PanelPacker {
  readonly #digests = new Dictionary<string>();
  readonly #sightings = new Dictionary<readonly Sighting[]>();
  readonly #arms = new Map<string, PackedArm>();
  #windows = 0;

  /** Adds windows of one arm on one host. */
  add(hostId: string, variant: string, windows: readonly MeasuredWindow[]): void {
    const key = `${hostId}\n${variant}`;
    const arm = this.#arms.get(key) ?? { hostId, variant, pages: [] };
    this.#arms.set(key, arm);
    const page = new Float64Array(windows.length * width);
    for (const [index, window] of windows.entries()) this.#put(page, index * width, window);
    arm.pages.push(page);
    this.#windows += windows.length;
  }

  /** All that was added. */
  pack(): PackedPanel {
    return {
      windows: this.#windows,
      digests: this.#digests.values,
      sightings: this.#sightings.values,
      arms: [...this.#arms.values()],
    };
  }

  #put(page: Float64Array, at: number, window: MeasuredWindow): void {
    for (const [offset, field] of fields.entries()) page[at + offset] = window[field];
    page[at + flagsAt] = (window.up ? upFlag : 0) + (window.complete ? completeFlag : 0);
    page[at + digestAt] = this.#digests.indexOf(window.configDigest, window.configDigest);
    const seen = window.sightings.map(({ expression, processName, oracleSeen, reported }) => ({
      expression,
      processName,
      oracleSeen,
      reported,
    }));
    page[at + sightingsAt] = this.#sightings.indexOf(JSON.stringify(seen), seen);
  }
}

function unpackWindow(page: Float64Array, at: number, panel: PackedPanel): MeasuredWindow {
  const number = (offset: number): number => page[at + offset] ?? Number.NaN;
  const flags = number(flagsAt);
  return {
    startMs: number(0),
    lengthMs: number(1),
    activeSeries: number(2),
    dataPoints: number(3),
    metricNames: number(4),
    otlpBytes: number(5),
    cpuSeconds: number(6),
    rssBytes: number(7),
    restarts: number(8),
    droppedPoints: number(9),
    rejectedRequests: number(10),
    clockOffsetMs: number(11),
    up: (flags & upFlag) !== 0,
    complete: (flags & completeFlag) !== 0,
    configDigest: panel.digests[number(digestAt)] ?? "",
    sightings: panel.sightings[number(sightingsAt)] ?? [],
  };
}

/** The arms of a panel as the engine reads them. */
export function unpackPanel(panel: PackedPanel): MeasuredArm[] {
  return panel.arms.map(({ hostId, variant, pages }) => ({
    hostId,
    variant,
    windows: pages.flatMap((page) =>
      Array.from({ length: page.length / width }, (_, index) => unpackWindow(page, index * width, panel)),
    ),
  }));
}

/** The memory of a panel that can move to another thread instead of being copied; the panel is empty afterwards. */
export function movableBuffers(panel: PackedPanel): ArrayBuffer[] {
  return panel.arms.flatMap((arm) => arm.pages.map((page) => page.buffer));
}
