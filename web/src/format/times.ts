const short = lazily({
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const exact = lazily({
  dateStyle: "full",
  timeStyle: "long",
});
const clock = lazily({ hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** A moment in the viewer's zone, to the second. */
export function formatTime(ms: number): string {
  return short(ms);
}

/** The same without its day. */
export function formatClock(ms: number): string {
  return clock(ms);
}

/** A moment with its zone, and in UTC. */
export function formatExactTime(ms: number): string {
  return `${exact(ms)} (${new Date(ms).toISOString()})`;
}

/** "12 s ago", "3 h ago"; "in 5 min" for what is to come. */
export function formatAge(agoMs: number): string {
  const [largest = "", unit = ""] = formatSpan(Math.abs(agoMs)).split(" ");
  const span = `${largest} ${unit}`;
  // Clocks of server and viewer differ by a little.
  if (agoMs < 0 && agoMs > -3_000) return "now";
  return agoMs < 0 ? `in ${span}` : `${span} ago`;
}

/** A length of time in its two largest units: "2 min 5 s". */
export function formatSpan(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return two(minutes, "min", seconds % 60, "s");
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return two(hours, "h", minutes % 60, "min");
  return two(Math.floor(hours / 24), "d", hours % 24, "h");
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** A formatter takes longer to make than all a page has for it to write. */
function lazily(options: Intl.DateTimeFormatOptions): (ms: number) => string {
  let made: Intl.DateTimeFormat | undefined;
  return (ms) => {
    made ??= new Intl.DateTimeFormat(undefined, options);
    return made.format(ms);
  };
}
