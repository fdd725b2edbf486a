import { randomUUID } from "node:crypto";

/** Header that names a call in the logs of every process it passes. */
export const requestIdHeader = "x-request-id";

const acceptable = /^[\w.:-]{1,64}$/;

/** The id a call came with, where it is one; else a new one. */
export function chooseRequestId(offered: string | null | undefined): string {
  return typeof offered === "string" && acceptable.test(offered) ? offered : randomUUID();
}

/** The id of a call that is being served. */
export function requestIdOf(context: { readonly requestHeader: Headers }): string {
  return context.requestHeader.get(requestIdHeader) ?? "";
}
