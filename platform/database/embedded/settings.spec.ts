import { expect } from "chai";
import { sharedBuffersMebibytes } from "./settings.ts";

const gibibyte = 1024 ** 3;

describe("sharedBuffersMebibytes", () => {
  it("is a share of the machine's memory, within bounds", () => {
    expect([0.5, 2, 4, 8.1, 16, 24, 512].map((gib) => sharedBuffersMebibytes(gib * gibibyte))).to.deep.equal([
      64, 64, 128, 259, 512, 512, 512,
    ]);
  });
});
