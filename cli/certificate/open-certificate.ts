import { verify } from "node:crypto";
import type { KnownKeys } from "./known-keys.ts";
import { readStatement, type Statement } from "./statement.ts";

const payloadType = "application/vnd.phoenix.retention-certificate+json";

/** Why a certificate does not hold. */
export type CertificateFault = "malformed" | "unknown-key" | "signature";

/** A certificate that holds, or the part that does not. */
export type OpenedCertificate =
  | { readonly valid: true; readonly keyId: string; readonly statement: Statement; readonly payload: unknown }
  | { readonly valid: false; readonly fault: CertificateFault; readonly detail: string };

interface Envelope {
  readonly payload: Buffer;
  readonly keyId: string;
  readonly signature: Buffer;
}

function parseJson(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    throw new Error(`${what} is not JSON in UTF-8; it may have been cut short`, { cause: error });
  }
}

/** Base64 that has one spelling only: Node skips what it cannot read, so two texts could mean the same bytes. */
function bytesOf(text: unknown, what: string): Buffer {
  const bytes = typeof text === "string" ? Buffer.from(text, "base64") : null;
  if (bytes === null || bytes.length === 0 || bytes.toString("base64") !== text) {
    throw new Error(`its ${what} is not base64`);
  }
  return bytes;
}

function readEnvelope(bytes: Uint8Array): Envelope {
  const envelope = parseJson(bytes, "it") as Partial<Record<string, unknown>> | null;
  if (typeof envelope !== "object" || envelope === null) throw new Error("it is not a DSSE envelope");
  if (envelope.payloadType !== payloadType) throw new Error(`its payloadType is not ${payloadType}`);
  const { signatures } = envelope;
  const [first] = Array.isArray(signatures) ? (signatures as unknown[]) : [];
  if (!Array.isArray(signatures) || signatures.length !== 1 || typeof first !== "object" || first === null) {
    throw new Error("it does not have exactly one signature");
  }
  const { keyid, sig } = first as Partial<Record<string, unknown>>;
  if (typeof keyid !== "string") throw new Error("its signature does not name a key");
  return { payload: bytesOf(envelope.payload, "payload"), keyId: keyid, signature: bytesOf(sig, "signature") };
}

/** What DSSE signs: type and payload with their lengths (github.com/secure-systems-lab/dsse, protocol.md). */
function signedBytes(payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head, "utf8"), payload]);
}

const malformed = (error: unknown): OpenedCertificate => ({
  valid: false,
  fault: "malformed",
  detail: (error as Error).message,
});

/**
 * Opens a certificate: the envelope, then the key it names, then the signature
 * over the exact bytes, and only then what they say. A surprise in the bytes is
 * a fault in the answer, never an exception.
 */
export function openCertificate(bytes: Uint8Array, keys: KnownKeys): OpenedCertificate {
  let envelope: Envelope;
  try {
    envelope = readEnvelope(bytes);
  } catch (error) {
    return malformed(error);
  }
  const { payload, keyId, signature } = envelope;
  const key = keys.get(keyId);
  if (key === undefined) {
    const known = [...keys.keys()].join(", ") || "none";
    return { valid: false, fault: "unknown-key", detail: `it names the key ${keyId}; known: ${known}` };
  }
  if (!verify(null, signedBytes(payload), key, signature)) {
    const detail = `the key ${keyId} did not sign these bytes; the certificate was changed`;
    return { valid: false, fault: "signature", detail };
  }
  try {
    const said = parseJson(payload, "its payload");
    const statement = readStatement(said);
    if (statement.keyId !== keyId) throw new Error("its payload names another key than its signature");
    return { valid: true, keyId, statement, payload: said };
  } catch (error) {
    return malformed(error);
  }
}
