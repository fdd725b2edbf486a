import { expect } from "chai";
import fc from "fast-check";
import { shareOut } from "./share-out.ts";

const tasksOf = (hosts: string) => [...hosts].map((hostId, place) => ({ hostId, place }));
const show = (parts: { hostId: string; place: number }[][]) =>
  parts.map((part) => part.map(({ hostId, place }) => `${hostId}${place}`).join(" "));

describe("sharing tasks out", () => {
  it("keeps their order in parts of the size given", () => {
    expect(show(shareOut(tasksOf("abcde"), { partSize: 2, hostShare: 9 }))).to.deep.equal(["a0 b1", "c2 d3", "e4"]);
  });

  it("lets nobody wait behind a host that has more than its share", () => {
    const parts = shareOut(tasksOf("aaaab"), { partSize: 4, hostShare: 2 });
    expect(show(parts)).to.deep.equal(["a0 a1 b4", "a2 a3"]);
  });

  it("loses and doubles nothing, and keeps the order of each host", () => {
    const host = fc.constantFrom("a", "b", "c");
    fc.assert(
      fc.property(fc.array(host), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), (hosts, n, share) => {
        const parts = shareOut(tasksOf(hosts.join("")), { partSize: n, hostShare: share });
        for (const part of parts) expect(part).to.have.length.within(1, n);
        for (const name of ["a", "b", "c"]) {
          const places = parts.flatMap((part) => part.flatMap(({ hostId, place }) => (hostId === name ? place : [])));
          expect(places).to.deep.equal(hosts.flatMap((one, place) => (one === name ? place : [])));
        }
      }),
    );
  });
});
