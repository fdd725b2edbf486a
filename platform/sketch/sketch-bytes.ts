import { constants, crc32, deflateRawSync, inflateRawSync } from "node:zlib";
import { MAX_RANK, PRECISION, REGISTER_COUNT } from "./ertl-estimator.ts";
import { SketchError } from "./sketch-error.ts";

/*
 * version (1 byte) · precision (1 byte) · encoding (1 byte) · CRC-32 of the
 * payload, started from the encoding, little-endian (4 bytes) · payload
 *
 * sparse payload: for each register above zero, in order, one varint holding
 * (gap since the register before) × 64 + rank.
 * dense payload: the registers under raw DEFLATE, Huffman codes only, because
 * ranks do not repeat in runs and looking for matches costs time. Written where
 * it is less than half as long: reading it takes several times as long.
 */
const VERSION = 1;
const HEADER_BYTES = 7;
const SPARSE = 0;
const DENSE = 1;
const RANK_RANGE = 64;

/** Writes registers in the sparse encoding while that is at most twice as long as the dense one. */
export function encodeRegisters(registers: Uint8Array): Uint8Array {
  const dense = deflateRawSync(registers, {
    strategy: constants.Z_HUFFMAN_ONLY,
  });
  const sparse = encodeSparse(registers, 2 * dense.length);
  const payload = sparse ?? dense;
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  bytes[0] = VERSION;
  bytes[1] = PRECISION;
  bytes[2] = sparse === undefined ? DENSE : SPARSE;
  new DataView(bytes.buffer).setUint32(3, crc32(payload, bytes[2]), true);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/**
 * Checks that bytes are a sketch this version reads and that none was damaged on
 * the way, in a twentieth of the time of reading it. Throws SketchError. One
 * that was forged with the right checksum passes, and is refused when it is read.
 */
export function checkSketch(bytes: Uint8Array): void {
  if (bytes.length < HEADER_BYTES) {
    throw new SketchError(`A sketch has at least ${HEADER_BYTES} bytes, these are ${bytes.length}.`);
  }
  if (bytes[0] !== VERSION) {
    throw new SketchError(`Sketch version ${bytes[0]} is not readable here, only version ${VERSION} is.`);
  }
  if (bytes[1] !== PRECISION) {
    throw new SketchError(`A sketch of precision ${bytes[1]} cannot be merged with precision ${PRECISION}.`);
  }
  const checksum = new DataView(bytes.buffer, bytes.byteOffset).getUint32(3, true);
  if (crc32(bytes.subarray(HEADER_BYTES), bytes[2]) !== checksum) {
    throw new SketchError("The sketch is damaged: its checksum is wrong.");
  }
  if (bytes[2] !== SPARSE && bytes[2] !== DENSE)
    throw new SketchError(`Sketch encoding ${bytes[2]} is not known here.`);
}

/** Where the entries of a sparse payload wait until the last is known to be good. */
const entries = new Uint32Array(REGISTER_COUNT);

/**
 * Raises registers to what `encodeRegisters` wrote, in time that grows with
 * what was written, not with the registers. Throws SketchError on anything else,
 * and leaves the registers as they were.
 */
export function mergeRegisters(bytes: Uint8Array, registers: Uint8Array): void {
  checkSketch(bytes);
  const payload = bytes.subarray(HEADER_BYTES);
  if (bytes[2] === DENSE) {
    raise(registers, decodeDense(payload));
    return;
  }
  const count = readEntries(payload);
  for (let at = 0; at < count; at++) {
    const entry = entries[at] as number;
    const index = Math.floor(entry / RANK_RANGE);
    const rank = entry % RANK_RANGE;
    if (rank > (registers[index] as number)) registers[index] = rank;
  }
}

/** Raises each register to the other's, where that is higher. */
export function raise(registers: Uint8Array, others: Uint8Array): void {
  for (let index = 0; index < REGISTER_COUNT; index++) {
    const rank = others[index] as number;
    if (rank > (registers[index] as number)) registers[index] = rank;
  }
}

/** The sparse payload, or undefined once it is no shorter than `limit` bytes. */
function encodeSparse(registers: Uint8Array, limit: number): Uint8Array | undefined {
  const payload = new Uint8Array(limit);
  let length = 0;
  let next = 0;
  for (let index = 0; index < REGISTER_COUNT; index++) {
    const rank = registers[index] as number;
    if (rank === 0) continue;
    let rest = (index - next) * RANK_RANGE + rank;
    next = index + 1;
    // Longest varint here: 14 + 6 bits, three bytes.
    if (length + 3 > limit) return undefined;
    while (rest >= 0x80) {
      payload[length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    payload[length++] = rest;
  }
  return payload.subarray(0, length);
}

/** Puts (index × 64 + rank) of every register of a sparse payload into `entries`; gives how many there are. */
function readEntries(payload: Uint8Array): number {
  let count = 0;
  let next = 0;
  let value = 0;
  let shift = 0;
  for (let at = 0; at < payload.length; at++) {
    const byte = payload[at] as number;
    if (shift > 14) {
      throw new SketchError("The sketch is damaged: a number is too long.");
    }
    value |= (byte & 0x7f) << shift;
    shift += 7;
    if (byte >= 0x80) continue;
    const index = next + Math.floor(value / RANK_RANGE);
    const rank = value % RANK_RANGE;
    if (index >= REGISTER_COUNT || rank === 0 || rank > MAX_RANK) {
      throw new SketchError("The sketch is damaged: a register out of range.");
    }
    entries[count++] = index * RANK_RANGE + rank;
    next = index + 1;
    value = 0;
    shift = 0;
  }
  if (shift !== 0) {
    throw new SketchError("The sketch is damaged: it ends within a number.");
  }
  return count;
}

function decodeDense(payload: Uint8Array): Uint8Array {
  let registers: Uint8Array;
  try {
    // With room to spare it is done in one go; a chunk that is just full has another one made and both copied.
    registers = inflateRawSync(payload, { maxOutputLength: REGISTER_COUNT, chunkSize: REGISTER_COUNT + 64 });
  } catch (cause) {
    // zlib tells damage and a bomb apart by code; to a reader both are damage.
    throw new SketchError("The sketch is damaged: it does not decompress.", {
      cause,
    });
  }
  if (registers.length !== REGISTER_COUNT) {
    throw new SketchError(`The sketch is damaged: ${registers.length} registers, not ${REGISTER_COUNT}.`);
  }
  // A plain loop, not `some`: this runs for every observation that comes in.
  for (let index = 0; index < REGISTER_COUNT; index++) {
    if ((registers[index] as number) > MAX_RANK) {
      throw new SketchError("The sketch is damaged: a register out of range.");
    }
  }
  return registers;
}
