import { randomUUID } from "node:crypto";

/** A fresh request id: a call repeated with it gives the same answer and acts once. */
export function newRequestId(): string {
  return randomUUID();
}
