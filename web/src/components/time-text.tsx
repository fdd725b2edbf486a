import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import { formatExactTime, formatTime } from "../format/times.ts";
import { useAge } from "./use-now.ts";

/** A time in the viewer's zone, or how long ago it was; exact on hover and focus. */
export function TimeText({
  time,
  relative = false,
  none = "never",
}: {
  time: Timestamp | undefined;
  relative?: boolean;
  /** What to say where there is no time. */
  none?: string;
}) {
  if (time === undefined) return <span className="px-dim">{none}</span>;
  const ms = timestampMs(time);
  return (
    // Tables are full of times: the browser's own hint costs nothing until someone asks for it.
    <time dateTime={new Date(ms).toISOString()} title={formatExactTime(ms)} className="px-num">
      {relative ? <Relative ms={ms} /> : formatTime(ms)}
    </time>
  );
}

function Relative({ ms }: { ms: number }) {
  return useAge(ms);
}
