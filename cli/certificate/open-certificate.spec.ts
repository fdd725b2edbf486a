import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { AnalysisPlanSchema, Decision, VerdictSchema } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { expect } from "chai";
import fc from "fast-check";
import { retentionStatement, sealStatement } from "../../services/analytics/certificates/index.ts";
import { knownKeys, openCertificate } from "./index.ts";

/** A key as the service has one. */
function makeKey() {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const spki = publicKey.export({ type: "spki", format: "der" });
  return {
    pem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    signer: {
      keyId: createHash("sha256").update(spki).digest("hex").slice(0, 32),
      sign: (bytes: Uint8Array) => sign(null, bytes, privateKey),
    },
  };
}

const key = makeKey();
const keys = knownKeys(key.pem);
const firstMs = Date.UTC(2026, 10, 20, 10);
const statement = retentionStatement({
  keyId: key.signer.keyId,
  issuedAtMs: firstMs + 1e6,
  plan: create(AnalysisPlanSchema, { windowSeconds: 5, retentionGapWindows: 2 }),
  evidence: {
    baselineVariant: "baseline",
    mustKeep: ["^bäckup$"],
    hostIds: ["h1"],
    watchedHostIds: ["h1"],
    baselineDigest: "b".repeat(64),
    candidateDigest: "",
    firstWindowMs: firstMs,
    lastWindowMs: firstMs + 95_000,
    retentionHolds: false,
  },
  verdict: create(VerdictSchema, {
    experimentId: "exp-1",
    variant: "candidate",
    decision: Decision.REJECT,
    reason: "The candidate lost the must-keep process bäckup.",
    analyzeTime: timestampFromMs(firstMs + 1e5),
    retention: {
      ratio: 0.875,
      baselineRatio: 1,
      windowsChecked: 24,
      processNames: ["bäckup"],
      misses: [
        {
          hostId: "h1",
          processName: "bäckup",
          expression: "^bäckup$",
          firstWindowStart: timestampFromMs(firstMs + 45_000),
          longestGapWindows: 3,
          missedWindows: 3,
        },
      ],
    },
  }),
});
const certificate = sealStatement(statement, key.signer);
const faultOf = (bytes: Uint8Array, known = keys): string => {
  const opened = openCertificate(bytes, known);
  return opened.valid ? "none" : opened.fault;
};
type Envelope = { payloadType: string; payload: string; signatures: { keyid: string; sig: string }[] };
const envelope = JSON.parse(certificate.toString("utf8")) as Envelope;
const sealed = (over: Partial<Envelope>): Buffer => Buffer.from(JSON.stringify({ ...envelope, ...over }));

describe("a certificate, opened", () => {
  it("that the service made gives what it states", () => {
    const opened = openCertificate(certificate, keys);
    if (!opened.valid) expect.fail(opened.detail);
    expect(opened.keyId).to.equal(key.signer.keyId);
    expect(opened.payload).to.deep.equal(JSON.parse(JSON.stringify(statement)));
    expect(opened.statement).to.deep.include({
      decision: "REJECT",
      experimentId: "exp-1",
      mustKeep: ["^bäckup$"],
      gapAllowanceWindows: 2,
      retentionHolds: false,
      firstWindowStart: "2026-11-20T10:00:00.000Z",
    });
    expect(opened.statement.retention.misses[0]).to.include({ processName: "bäckup", longestGapWindows: 3 });
  });

  it("holds however its envelope is laid out, and among several keys", () => {
    const pretty = Buffer.from(JSON.stringify(envelope, null, 2));
    expect(faultOf(pretty, knownKeys(makeKey().pem + key.pem))).to.equal("none");
  });

  it("does not hold after an edit of any single byte of its payload", () => {
    const payload = Buffer.from(envelope.payload, "base64");
    fc.assert(
      fc.property(fc.nat(payload.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const edited = Buffer.from(payload);
        edited[place] = (edited[place] ?? 0) ^ change;
        expect(faultOf(sealed({ payload: edited.toString("base64") }))).to.equal("signature");
      }),
      { numRuns: 500 },
    );
  });

  it("does not hold after an edit of any single character of payload, type, key or signature", () => {
    const texts: [text: string, edit: (text: string) => Partial<Envelope>][] = [
      [envelope.payload, (payload) => ({ payload })],
      [envelope.payloadType, (payloadType) => ({ payloadType })],
      [key.signer.keyId, (keyid) => ({ signatures: [{ keyid, sig: envelope.signatures[0]?.sig ?? "" }] })],
      [envelope.signatures[0]?.sig ?? "", (sig) => ({ signatures: [{ keyid: key.signer.keyId, sig }] })],
    ];
    const edits = fc.constantFrom(...texts).chain(([text, edit]) =>
      fc.tuple(fc.nat(text.length - 1), fc.string({ unit: "binary-ascii", maxLength: 2 })).map(([place, put]) => ({
        text,
        edited: text.slice(0, place) + put + text.slice(place + 1),
        edit,
      })),
    );
    fc.assert(
      fc.property(edits, ({ text, edited, edit }) => {
        expect(faultOf(sealed(edit(edited))) === "none").to.equal(edited === text);
      }),
      { numRuns: 1000 },
    );
  });

  it("does not hold under another key, even one that took its name", () => {
    const foreign = makeKey();
    expect(faultOf(certificate, knownKeys(foreign.pem))).to.equal("unknown-key");
    expect(faultOf(certificate, new Map())).to.equal("unknown-key");
    const claimed = sealStatement(statement, { ...foreign.signer, keyId: key.signer.keyId });
    expect(faultOf(claimed)).to.equal("signature");
    const borrowed = sealStatement(statement, foreign.signer);
    expect(faultOf(borrowed, knownKeys(foreign.pem))).to.equal("malformed");
  });

  it("does not hold when it was cut short, anywhere", () => {
    fc.assert(
      // The last byte is a line's end, without which it is whole.
      fc.property(fc.nat(certificate.length - 2), (length) => {
        expect(faultOf(certificate.subarray(0, length))).to.equal("malformed");
      }),
    );
  });

  it("is malformed, never an exception, whatever the bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => faultOf(bytes) === "malformed"));
    fc.assert(fc.property(fc.json(), (json) => faultOf(Buffer.from(json)) === "malformed"));
  });

  it("is malformed when what was signed is no statement", () => {
    const wrong: Record<string, unknown>[] = [
      { ...statement, version: 2 },
      { ...statement, decision: "CONTINUE" },
      { ...statement, hosts: "h1" },
      { ...statement, issueTime: "soon" },
      { ...statement, configDigests: null },
      { ...statement, gapAllowanceWindows: -1 },
      { ...statement, retention: { misses: 3 } },
      { ...statement, retention: { unknown: 3 } },
      Object.fromEntries(Object.entries(statement).filter(([name]) => name !== "retentionHolds")),
    ];
    for (const [index, one] of wrong.entries()) {
      expect(faultOf(sealStatement(one, key.signer)), String(index)).to.equal("malformed");
    }
    expect(faultOf(sealStatement([statement], key.signer))).to.equal("malformed");
  });

  it("has exactly one signature", () => {
    expect(faultOf(sealed({ signatures: [] }))).to.equal("malformed");
    expect(faultOf(sealed({ signatures: [...envelope.signatures, ...envelope.signatures] }))).to.equal("malformed");
  });
});

describe("public keys in PEM", () => {
  it("are refused when they are secret, of another kind, or none", () => {
    const pemOf = (type: "rsa" | "ed25519", half: "publicKey" | "privateKey"): string => {
      const pair =
        type === "rsa" ? generateKeyPairSync("rsa", { modulusLength: 2048 }) : generateKeyPairSync("ed25519");
      return half === "publicKey"
        ? pair.publicKey.export({ type: "spki", format: "pem" }).toString()
        : pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    };
    expect(() => knownKeys(pemOf("ed25519", "privateKey"))).to.throw("private key");
    expect(() => knownKeys(pemOf("rsa", "publicKey"))).to.throw("type rsa");
    expect(() => knownKeys("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")).to.throw("cannot be read");
    expect(() => knownKeys("nothing")).to.throw("no public key");
  });
});
