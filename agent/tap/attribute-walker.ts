import { finishHash, hashBytes, lane1, lane2 } from "./identity-hash.ts";
import { cursor, messageTag, readLength, readTag, skipField } from "./wire-cursor.ts";

const KEY = messageTag(1);
const VALUE = messageTag(2);
const STRING_VALUE = messageTag(1);
const PROCESS_NAME_KEY = new TextEncoder().encode("process.executable.name");

/**
 * Start of the last `process.executable.name` that `hashAttributes` met, or -1.
 * The name is bytes `processNameStart` to `processNameEnd`.
 */
export let processNameStart = -1;
/** End of that name, exclusive. */
export let processNameEnd = -1;

/**
 * Hashes the attributes held in fields `field` of the message at `from`..`end`,
 * continuing from two seeds; the result is in the lanes of identity-hash.
 *
 * One hash per attribute is added up, so the order of attributes does not
 * matter: two pipelines with the same attributes may write them in different
 * orders. A value counts by its bytes on the wire.
 */
export function hashAttributes(
  bytes: Uint8Array,
  from: number,
  end: number,
  field: number,
  seed1: number,
  seed2: number,
): void {
  const tagWanted = messageTag(field);
  let sum1 = 0;
  let sum2 = 0;
  let count = 0;
  let at = from;
  processNameStart = -1;
  while (at < end) {
    const tag = readTag(bytes, at, end);
    if (tag === tagWanted) {
      const fieldEnd = readLength(bytes, cursor, end);
      hashAttribute(bytes, cursor, fieldEnd);
      sum1 = (sum1 + lane1) | 0;
      sum2 = (sum2 + lane2) | 0;
      count++;
      at = fieldEnd;
    } else {
      at = skipField(bytes, tag, cursor, end);
    }
  }
  finishHash((Math.imul(seed1, 0x9e3779b1) + sum1) ^ count, (Math.imul(seed2, 0x85ebca77) + sum2) ^ count);
}

/** Hashes one KeyValue, whose two fields come in any order. */
function hashAttribute(bytes: Uint8Array, from: number, end: number): void {
  let keyStart = from;
  let keyEnd = from;
  let valueStart = from;
  let valueEnd = from;
  let at = from;
  while (at < end) {
    const tag = readTag(bytes, at, end);
    if (tag === KEY) {
      keyEnd = readLength(bytes, cursor, end);
      keyStart = cursor;
      at = keyEnd;
    } else if (tag === VALUE) {
      valueEnd = readLength(bytes, cursor, end);
      valueStart = cursor;
      at = valueEnd;
    } else {
      at = skipField(bytes, tag, cursor, end);
    }
  }
  if (isProcessNameKey(bytes, keyStart, keyEnd)) noteProcessName(bytes, valueStart, valueEnd);
  hashBytes(bytes, keyStart, keyEnd, 0x9747b28c, 0x1b56c4f5);
  hashBytes(bytes, valueStart, valueEnd, lane1, lane2);
}

function isProcessNameKey(bytes: Uint8Array, from: number, end: number): boolean {
  if (end - from !== PROCESS_NAME_KEY.length) return false;
  // Backwards: most keys of this length that are not it differ at the end.
  for (let n = PROCESS_NAME_KEY.length - 1; n >= 0; n--) {
    if (bytes[from + n] !== PROCESS_NAME_KEY[n]) return false;
  }
  return true;
}

/** Takes the name where the value is a string; an empty one or one of another type names no process. */
function noteProcessName(bytes: Uint8Array, from: number, end: number): void {
  if (from >= end || readTag(bytes, from, end) !== STRING_VALUE) return;
  processNameEnd = readLength(bytes, cursor, end);
  if (processNameEnd > cursor) processNameStart = cursor;
}
