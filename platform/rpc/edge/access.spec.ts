import { expect } from "chai";
import { type AccessPolicy, type AccessRequest, decideAccess, isLoopback } from "./access.ts";

const local: AccessPolicy = { allowedHosts: "loopback", allowedOrigins: ["https://console.example.test"] };
const request = (fields: Partial<AccessRequest>): AccessRequest => ({
  host: "127.0.0.1:7470",
  origin: undefined,
  fetchSite: undefined,
  fetchMode: undefined,
  ...fields,
});

describe("decideAccess", () => {
  for (const [what, fields, allowed] of [
    ["a program without an origin", {}, true],
    ["a page of the server itself", { origin: "http://127.0.0.1:7470" }, true],
    ["a page of the same machine on another port", { origin: "http://127.0.0.1:3000" }, false],
    ["a page of another site", { origin: "https://evil.test" }, false],
    ["a sandboxed page", { origin: "null" }, false],
    ["a name that was rebound to this machine", { host: "evil.test:7470" }, false],
    ["a rebound name whose page is its own origin", { host: "evil.test:7470", origin: "http://evil.test:7470" }, false],
    ["no host at all", { host: undefined }, false],
    ["localhost", { host: "localhost:7470" }, true],
    ["the IPv6 loopback", { host: "[::1]:7470", origin: "http://[::1]:7470" }, true],
    ["an image on another site", { fetchSite: "cross-site", fetchMode: "no-cors" }, false],
    ["a link on another site", { fetchSite: "cross-site", fetchMode: "navigate" }, true],
  ] as const) {
    it(`${allowed ? "lets in" : "keeps out"} ${what}`, () => {
      expect(decideAccess(request(fields), local).allowed).to.equal(allowed);
    });
  }

  it("names an allowed foreign origin, so that it gets its headers", () => {
    const origin = "https://console.example.test";
    expect(decideAccess(request({ origin }), local)).to.deep.equal({ allowed: true, crossOrigin: origin });
  });

  it("answers to any name where none are named", () => {
    const open: AccessPolicy = { allowedHosts: undefined, allowedOrigins: [] };
    expect(decideAccess(request({ host: "phoenix.example.test" }), open).allowed).to.equal(true);
  });
});

describe("isLoopback", () => {
  for (const host of ["127.0.0.1", "127.1.2.3", "localhost", "a.localhost", "::1", "[::1]"]) {
    it(`is true for ${host}`, () => expect(isLoopback(host)).to.equal(true));
  }
  for (const host of ["0.0.0.0", "10.0.0.1", "127.0.0.1.evil.test", "localhost.evil.test", "::", ""]) {
    it(`is false for ${JSON.stringify(host)}`, () => expect(isLoopback(host)).to.equal(false));
  }
});
