import { WireError } from "./wire-error.ts";

/*
 * Reading protobuf without building objects. Functions return the value and
 * leave the next offset in `cursor`, because returning both would allocate
 * once per field. Nothing here yields, so one module-level cursor is enough.
 * Source of the format: protobuf.dev/programming-guides/encoding.
 */

/** Offset after the last thing read. */
export let cursor = 0;

/** Wire type of a length-delimited field: string, bytes or message. */
const LENGTH_DELIMITED = 2;

/** The tag of a length-delimited field, as it stands on the wire. */
export function messageTag(field: number): number {
  return (field << 3) | LENGTH_DELIMITED;
}

/** Reads a varint that must end before `end`. Exact up to 2^53, which is more than any offset. */
function readVarint(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  let value = 0;
  let scale = 1;
  for (let length = 0; length < 10; length++) {
    if (at >= end) throw new WireError("The body ends within a number.");
    const byte = bytes[at++]!;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      cursor = at;
      return value;
    }
    scale *= 128;
  }
  throw new WireError("A number is longer than ten bytes.");
}

/**
 * Reads the tag of a field.
 * @throws WireError for field number 0, a number that does not fit 32 bits, or one that is cut short.
 */
export function readTag(bytes: Uint8Array, from: number, end: number): number {
  const tag = readVarint(bytes, from, end);
  if (tag < 8 || tag > 0xffffffff) throw new WireError("A field has an impossible number.");
  return tag;
}

/**
 * Reads a length and returns the offset where the field it announces ends; `cursor` is where it begins.
 * @throws WireError when that is past `end`.
 */
export function readLength(bytes: Uint8Array, from: number, end: number): number {
  const length = readVarint(bytes, from, end);
  const fieldEnd = cursor + length;
  if (fieldEnd > end) throw new WireError("A field reaches past the end of what holds it.");
  return fieldEnd;
}

/**
 * Offset after the value of a field whose tag was just read.
 * @throws WireError when that is past `end`, and for a group, of which OTLP has none.
 */
export function skipField(bytes: Uint8Array, tag: number, from: number, end: number): number {
  let fieldEnd: number;
  switch (tag & 7) {
    case 0:
      readVarint(bytes, from, end);
      return cursor;
    case 1:
      fieldEnd = from + 8;
      break;
    case LENGTH_DELIMITED:
      return readLength(bytes, from, end);
    case 5:
      fieldEnd = from + 4;
      break;
    default:
      throw new WireError(`Wire type ${tag & 7} does not occur in OTLP.`);
  }
  if (fieldEnd > end) throw new WireError("A field reaches past the end of what holds it.");
  return fieldEnd;
}
