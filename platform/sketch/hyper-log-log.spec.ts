import { crc32, deflateRawSync } from "node:zlib";
import { expect } from "chai";
import { checkSketch, HyperLogLog, SketchError } from "./index.ts";

/** Two well-mixed lanes from a counter: the finaliser of splitmix64, over 32-bit halves of a seeded stream. */
function createHashes(seed: number): (sketch: HyperLogLog) => void {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
  return (sketch) => sketch.add(next(), next());
}

function sketchOf(count: number, seed: number): HyperLogLog {
  const sketch = new HyperLogLog();
  const addNext = createHashes(seed);
  for (let n = 0; n < count; n++) addNext(sketch);
  return sketch;
}

/** The same payload under a header with the right checksum, so that only the payload can be at fault. */
function sealed(encoding: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(7 + payload.length);
  bytes.set([1, 14, encoding]);
  new DataView(bytes.buffer).setUint32(3, crc32(payload, encoding), true);
  bytes.set(payload, 7);
  return bytes;
}

describe("HyperLogLog", () => {
  it("estimates nothing as zero", () => {
    expect(new HyperLogLog().estimate()).to.equal(0);
  });

  // The theoretical standard error at p = 14 is 1.04/√16384 = 0.81 %; the bound
  // on the rms of 20 sketches leaves room for its own scatter.
  for (const [count, rmsRatio] of [
    [10, 0.005],
    [1_000, 0.01],
    [11_000, 0.011],
    [40_000, 0.012],
    [200_000, 0.012],
  ] as const) {
    it(`is within a ratio of ${rmsRatio} rms at ${count} series`, () => {
      let squares = 0;
      let bias = 0;
      const runs = 20;
      for (let run = 0; run < runs; run++) {
        const error = sketchOf(count, 1 + run * 7919).estimate() / count - 1;
        squares += error ** 2;
        bias += error / runs;
      }
      expect(Math.sqrt(squares / runs)).to.be.below(rmsRatio);
      expect(Math.abs(bias)).to.be.below(0.006);
    });
  }

  it("does not count a hash twice", () => {
    const sketch = sketchOf(500, 3);
    const before = sketch.estimate();
    const addNext = createHashes(3);
    for (let n = 0; n < 500; n++) addNext(sketch);
    expect(sketch.estimate()).to.equal(before);
  });

  it("uses the lower lane when the upper one is all zeros", () => {
    const low = new HyperLogLog();
    low.add(0, 1);
    const high = new HyperLogLog();
    high.add(0, -1);
    expect(low.toBytes()).to.not.deep.equal(high.toBytes());
    const none = new HyperLogLog();
    none.add(0, 0);
    expect(HyperLogLog.fromBytes(none.toBytes()).estimate()).to.equal(none.estimate());
  });

  it("merges to exactly the sketch of the union", () => {
    const union = new HyperLogLog();
    const one = createHashes(11);
    const two = createHashes(12);
    for (let n = 0; n < 5_000; n++) one(union);
    for (let n = 0; n < 8_000; n++) two(union);
    const merged = sketchOf(5_000, 11).merge(sketchOf(8_000, 12));
    expect(merged.toBytes()).to.deep.equal(union.toBytes());
  });

  it("merges bytes of either encoding as it merges what they are read to", () => {
    for (const count of [0, 3, 500, 40_000]) {
      const bytes = sketchOf(count, 12).toBytes();
      const merged = sketchOf(5_000, 11).mergeBytes(bytes);
      const expected = sketchOf(5_000, 11).merge(HyperLogLog.fromBytes(bytes));
      expect(merged.toBytes(), `${count}`).to.deep.equal(expected.toBytes());
    }
  });

  it("is empty after clear", () => {
    const sketch = sketchOf(100, 5);
    sketch.clear();
    expect(sketch.estimate()).to.equal(0);
  });
});

describe("the bytes of a sketch", () => {
  for (const [count, mostBytes] of [
    [0, 7],
    [100, 260],
    [2_000, 4_000],
    [40_000, 9_000],
    [300_000, 9_000],
  ] as const) {
    it(`keep ${count} series in at most ${mostBytes} bytes and lose nothing`, () => {
      const sketch = sketchOf(count, 21);
      const bytes = sketch.toBytes();
      expect(bytes.length).to.be.at.most(mostBytes);
      const read = HyperLogLog.fromBytes(bytes);
      expect(read.toBytes()).to.deep.equal(bytes);
      expect(read.estimate()).to.equal(sketch.estimate());
    });
  }

  it("are read from the middle of a larger buffer", () => {
    const bytes = sketchOf(50, 1).toBytes();
    const larger = new Uint8Array(bytes.length + 13);
    larger.set(bytes, 5);
    const read = HyperLogLog.fromBytes(larger.subarray(5, 5 + bytes.length));
    expect(read.toBytes()).to.deep.equal(bytes);
  });

  it("are refused at another version, precision or encoding", () => {
    for (const [at, value, words] of [
      [0, 2, "version 2"],
      [1, 12, "precision 12"],
      [2, 9, "checksum"],
    ] as const) {
      const bytes = sketchOf(50, 1).toBytes();
      bytes[at] = value;
      expect(() => HyperLogLog.fromBytes(bytes)).to.throw(SketchError, words);
    }
  });

  it("are refused when any one bit is flipped or the end is missing", () => {
    for (const count of [40, 20_000]) {
      const bytes = sketchOf(count, 8).toBytes();
      for (let at = 0; at < bytes.length; at += count === 40 ? 1 : 97) {
        const damaged = bytes.slice();
        damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
        expect(() => HyperLogLog.fromBytes(damaged), `byte ${at}`).to.throw(SketchError);
        expect(() => checkSketch(damaged), `byte ${at}`).to.throw(SketchError);
        expect(() => HyperLogLog.fromBytes(bytes.subarray(0, at))).to.throw(SketchError);
      }
    }
  });

  it("are refused when a forged payload has a right checksum", () => {
    const refused: [string, Uint8Array][] = [
      ["unknown encoding", sealed(9, Uint8Array.of(1))],
      ["rank 0", sealed(0, Uint8Array.of(0x00))],
      ["rank 63", sealed(0, Uint8Array.of(63))],
      ["register past the end", sealed(0, Uint8Array.of(0x81, 0x80, 0x7f))],
      ["rank 0 after a good register", sealed(0, Uint8Array.of(0x05, 0x40))],
      ["number too long", sealed(0, Uint8Array.of(0x81, 0x80, 0x80, 0x01))],
      ["number cut off", sealed(0, Uint8Array.of(0x81))],
      ["not deflate", sealed(1, Uint8Array.of(0xff, 0xff, 0xff))],
      ["too few registers", sealed(1, deflateRawSync(new Uint8Array(100)))],
      ["too many registers", sealed(1, deflateRawSync(new Uint8Array(1e6)))],
      ["rank 52", sealed(1, deflateRawSync(new Uint8Array(16384).fill(52)))],
    ];
    for (const [title, bytes] of refused) {
      expect(() => HyperLogLog.fromBytes(bytes), title).to.throw(SketchError);
      const merged = sketchOf(10, 4);
      expect(() => merged.mergeBytes(bytes), title).to.throw(SketchError);
      expect(merged.toBytes(), title).to.deep.equal(sketchOf(10, 4).toBytes());
    }
  });
});
