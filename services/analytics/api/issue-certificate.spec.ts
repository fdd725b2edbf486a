import { createHash, createPublicKey, verify } from "node:crypto";
import { Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason, fromConnectError } from "@phoenix/platform/errors";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Analytics1700000000005 } from "../../../migrations/0005-analytics.ts";
import { Certificates1700000000007 } from "../../../migrations/0007-certificates.ts";
import { preAuthenticationEncoding } from "../certificates/envelope.ts";
import {
  type AnalyticsSite,
  createAnalyticsSite,
  firstWindowMs,
  healthyWindow,
  windowMs,
} from "../testing/analytics-site.ts";

after(stopTestDatabases);

const refused = (call: Promise<unknown>) =>
  call.then(
    () => expect.fail("nothing was refused"),
    (error: unknown) => fromConnectError(error),
  );
const at = (index: number): string => new Date(firstWindowMs + index * windowMs).toISOString();

interface Envelope {
  payloadType: string;
  payload: string;
  signatures: { keyid: string; sig: string }[];
}

function open(certificate: Uint8Array) {
  const envelope = JSON.parse(Buffer.from(certificate).toString("utf8")) as Envelope;
  const payload = Buffer.from(envelope.payload, "base64");
  return { envelope, payload, statement: JSON.parse(payload.toString("utf8")) as Record<string, unknown> };
}

describe("a retention certificate", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(30_000);
  let db: Database;
  let site: AnalyticsSite;
  beforeEach(async () => {
    db = await createTestDatabase({ migrations: [Analytics1700000000005, Certificates1700000000007] });
    site = createAnalyticsSite(db);
  });
  afterEach(async () => {
    await site.stop();
    await db.close();
  });
  const issue = async (variant = "candidate"): Promise<Uint8Array> =>
    (await site.client.issueCertificate({ experimentId: "exp-1", variant })).certificate;

  it("says what was found under a promotion, signed over its exact bytes by the listed key", async () => {
    site.panel.hosts = ["h1", "h2"];
    site.panel.window = ({ variant }) =>
      variant === "baseline" ? healthyWindow(1000, { configDigest: "b".repeat(64) }) : healthyWindow(300);
    await site.client.analyzeExperiment(site.request({ configDigests: { baseline: "b".repeat(64) } }));
    const { envelope, payload, statement } = open(await issue());
    const { keys } = await site.client.listCertificateKeys({});
    expect(keys).to.have.length(1);

    const [signature] = envelope.signatures;
    const publicKey = createPublicKey(keys[0]?.publicKeyPem ?? "");
    const spki = publicKey.export({ type: "spki", format: "der" });
    expect(signature?.keyid).to.equal(keys[0]?.keyId);
    expect(signature?.keyid).to.equal(createHash("sha256").update(spki).digest("hex").slice(0, 32));
    const signed = preAuthenticationEncoding(envelope.payloadType, payload);
    expect(verify(null, signed, publicKey, Buffer.from(signature?.sig ?? "", "base64"))).to.equal(true);

    expect(statement).to.deep.include({
      version: 1,
      keyId: keys[0]?.keyId,
      issueTime: "2026-11-21T10:00:00.000Z",
      experimentId: "exp-1",
      variant: "candidate",
      baselineVariant: "baseline",
      decision: "PROMOTE",
      configDigests: { baseline: "b".repeat(64), candidate: "d".repeat(64) },
      hosts: ["h1", "h2"],
      watchedHosts: ["h1", "h2"],
      windowSeconds: 5,
      firstWindowStart: at(0),
      lastWindowStart: at(19),
      mustKeep: ["^pg$"],
      gapAllowanceWindows: 2,
      retentionHolds: true,
      retention: {
        ratio: 1,
        baselineRatio: 1,
        windowsChecked: 32,
        processNames: ["pg"],
        misses: [],
        unmatchedExpressions: [],
      },
    });
  });

  it("names host, process, first window and gap of a short-lived process that was dropped for three windows", async () => {
    const lives = (index: number): boolean => index >= 8 && index < 14;
    const missing = (index: number): boolean => index >= 9 && index < 12;
    site.panel.hosts = ["h1", "h2"];
    site.panel.window = ({ hostId, variant, startMs }) => {
      const index = (startMs - firstWindowMs) / windowMs;
      const seen = { expression: "^(pg|backup)$", oracleSeen: true, reported: true };
      const dropped = hostId === "h2" && variant === "candidate" && missing(index);
      const backup = { ...seen, processName: "backup", reported: !dropped };
      return healthyWindow(variant === "baseline" ? 1000 : 300, {
        mustKeep: [{ ...seen, processName: "pg" }, ...(hostId === "h2" && lives(index) ? [backup] : [])],
      });
    };
    const { verdicts } = await site.client.analyzeExperiment(site.request({ mustKeep: ["^(pg|backup)$"] }));
    expect(verdicts[0]?.decision).to.equal(Decision.REJECT);
    expect(verdicts[0]?.reason)
      .to.contain("lost the must-keep process backup on host h2")
      .and.contain(`from ${at(9)} on it was missing for 3 windows in a row`);

    const { statement } = open(await issue());
    expect(statement).to.include({ decision: "REJECT", retentionHolds: false, gapAllowanceWindows: 2 });
    expect(statement.retention).to.deep.include({
      processNames: ["backup", "pg"],
      misses: [
        {
          hostId: "h2",
          processName: "backup",
          expression: "^(pg|backup)$",
          firstWindowStart: at(9).replace(".000Z", "Z"),
          longestGapWindows: 3,
          missedWindows: 3,
        },
      ],
    });
  });

  it("is the same, byte for byte, however often and of whichever replica it is asked", async () => {
    await site.client.analyzeExperiment(site.request());
    const ask = { experimentId: "exp-1", variant: "" };
    const replicas = [site.client, site.replica(), site.replica(), site.replica()];
    const given = await Promise.all(replicas.map((replica) => replica.issueCertificate(ask)));
    for (const { certificate } of given) expect(certificate).to.deep.equal(given[0]?.certificate);
    expect((await site.client.listCertificateKeys({})).keys).to.have.length(1);
    await db.query("UPDATE metrics_summaries SET reason = 'another'");
    expect(await issue()).to.deep.equal(given[0]?.certificate);
  });

  it("is refused before there is a final verdict, and for what was never judged", async () => {
    site.panel.windows = 6;
    const candidateVariants = ["candidate", "candidate-2"];
    site.panel.variants = ["baseline", ...candidateVariants];
    const early = await refused(issue());
    expect(early.reason).to.equal(ErrorReason.EXPERIMENT_NOT_FOUND);
    await site.client.analyzeExperiment(site.request({ candidateVariants }));
    const open = await refused(issue());
    expect(open.reason).to.equal(ErrorReason.ILLEGAL_TRANSITION);
    expect(open.message).to.contain("no final verdict on candidate of exp-1 yet");
    for (const variant of ["baseline", "other", ""]) {
      const error = await refused(issue(variant));
      expect(error.reason, variant).to.equal(ErrorReason.INVALID_FIELD);
      expect(error.message).to.contain("candidate, candidate-2");
    }
    expect(await db.query("SELECT 1 FROM certificate_keys")).to.deep.equal([]);
  });

  it("is refused for a verdict that did not keep what it stands on", async () => {
    await site.client.analyzeExperiment(site.request());
    await db.query("UPDATE metrics_summaries SET evidence = NULL");
    expect((await refused(issue())).reason).to.equal(ErrorReason.ILLEGAL_TRANSITION);
  });

  it("is signed by a new key after the old one was retired, which stays listed and keeps no secret", async () => {
    await site.client.analyzeExperiment(site.request());
    await site.client.analyzeExperiment(site.request({ experimentId: "exp-2" }));
    const first = await issue();
    await db.query("UPDATE certificate_keys SET retired_at = now(), private_key_pem = NULL WHERE retired_at IS NULL");
    const second = (await site.client.issueCertificate({ experimentId: "exp-2", variant: "" })).certificate;
    const { keys } = await site.client.listCertificateKeys({});
    expect(keys.map(({ keyId }) => keyId)).to.deep.equal(
      [second, first].map((certificate) => open(certificate).envelope.signatures[0]?.keyid),
    );
    expect(await issue()).to.deep.equal(first);
  });

  it("never comes with a private key, nor do the keys", async () => {
    await site.client.analyzeExperiment(site.request());
    const certificate = Buffer.from(await issue()).toString("utf8");
    const keys = JSON.stringify((await site.client.listCertificateKeys({})).keys, ["publicKeyPem", "keyId"]);
    expect(certificate + keys).to.not.contain("PRIVATE");
  });

  it("is not signed with a secret that belongs to another key", async () => {
    await site.client.analyzeExperiment(site.request());
    await issue();
    await site.client.analyzeExperiment(site.request({ experimentId: "exp-2" }));
    await db.query("UPDATE certificate_keys SET retired_at = now(), private_key_pem = NULL");
    await db.query("INSERT INTO certificate_keys (key_id, public_key_pem, private_key_pem) VALUES ($1, $2, $3)", [
      "a".repeat(32),
      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n",
      // The first test vector of RFC 8032, section 7.1.
      "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n",
    ]);
    const error = await refused(site.client.issueCertificate({ experimentId: "exp-2", variant: "" }));
    expect(error.reason).to.equal(ErrorReason.INTERNAL);
    expect(error.message).to.not.contain("a".repeat(32));
    expect(await db.query("SELECT 1 FROM certificates WHERE experiment_id = 'exp-2'")).to.deep.equal([]);
  });
});
