import { type Timestamp, timestampFromMs } from "@bufbuild/protobuf/wkt";

/** What a field for date and time says, in the viewer's zone, as a time; undefined for nothing or what is none. */
export function momentOf(text: string): Timestamp | undefined {
  const ms = text === "" ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : timestampFromMs(ms);
}
