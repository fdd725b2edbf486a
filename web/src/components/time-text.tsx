import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import { Tooltip } from "@mantine/core";
import { formatAge, formatExactTime, formatTime } from "../format/times.ts";
import { useNow } from "./use-now.ts";

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
    <Tooltip label={formatExactTime(ms)}>
      <time dateTime={new Date(ms).toISOString()} className="px-num">
        {relative ? <Relative ms={ms} /> : formatTime(ms)}
      </time>
    </Tooltip>
  );
}

function Relative({ ms }: { ms: number }) {
  return <>{formatAge(useNow() - ms)}</>;
}
