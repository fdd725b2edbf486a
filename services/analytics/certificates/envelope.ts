/** Type of what is signed, as the envelope names it. */
export const payloadType = "application/vnd.phoenix.retention-certificate+json";

/** Signs the given bytes with the key that has this id. */
export interface Signer {
  /** SHA-256 of the public key's SubjectPublicKeyInfo, the first 16 bytes in hex. */
  readonly keyId: string;
  sign(bytes: Uint8Array): Uint8Array;
}

/**
 * The bytes that are signed: type and payload with their lengths, so that
 * neither can be taken for the other. Source: DSSE v1.0.2, "Pre-Authentication
 * Encoding" (github.com/secure-systems-lab/dsse, protocol.md).
 */
export function preAuthenticationEncoding(type: string, payload: Uint8Array): Uint8Array {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `;
  return Buffer.concat([Buffer.from(head, "utf8"), payload]);
}

/** Signs a statement and puts it into a DSSE envelope, JSON in UTF-8. The payload holds the exact bytes that were signed. */
export function sealStatement(statement: object, signer: Signer): Buffer {
  const payload = Buffer.from(JSON.stringify(statement), "utf8");
  const signature = signer.sign(preAuthenticationEncoding(payloadType, payload));
  const envelope = {
    payloadType,
    payload: payload.toString("base64"),
    signatures: [{ keyid: signer.keyId, sig: Buffer.from(signature).toString("base64") }],
  };
  return Buffer.from(`${JSON.stringify(envelope)}\n`, "utf8");
}
