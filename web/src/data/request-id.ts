/** A fresh id for a call that changes something: repeated with the same id it has one effect. */
export function newRequestId(): string {
  // Not crypto.randomUUID: that is only there on secure origins.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
