import { HyperLogLog } from "@phoenix/platform/sketch";

/** Numbers well mixed over 32 bits (the finaliser of MurmurHash3). */
function mixed(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** The sketch of so many series, none of them in a sketch made from another number. */
export function madeSketch(series: number, from: number): Uint8Array {
  const sketch = new HyperLogLog();
  for (let id = from * series; id < (from + 1) * series; id++) sketch.add(mixed(id + 1), mixed(id + 0x9e3779b9));
  return sketch.toBytes();
}
