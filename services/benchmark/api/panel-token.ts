import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import type { WindowPosition } from "../store/index.ts";

/** Latest time that a Date can hold, in milliseconds (ECMA-262, 21.4.1.1). */
const latestMs = 8.64e15;

// No name holds a NUL: PostgreSQL keeps none.
const separator = "\0";

/** The token that goes on behind a window of a panel. */
export function panelTokenAfter({ startMs, hostId, variant }: WindowPosition): string {
  return Buffer.from(["panel", startMs, hostId, variant].join(separator)).toString("base64url");
}

/**
 * The window that a token goes on behind.
 * @throws PhoenixError INVALID_PAGE_TOKEN for a token that no panel gave out.
 */
export function positionOfPanelToken(token: string): WindowPosition {
  const [list, start = "", hostId = "", variant = "", ...more] = Buffer.from(token, "base64url")
    .toString("utf8")
    .split(separator);
  const startMs = /^\d{1,16}$/.test(start) ? Number(start) : Number.POSITIVE_INFINITY;
  if (list === "panel" && startMs <= latestMs && hostId !== "" && variant !== "" && more.length === 0) {
    return { startMs, hostId, variant };
  }
  throw phoenixError(
    ErrorReason.INVALID_PAGE_TOKEN,
    "page_token is not one that GetPanel gave out; begin again without one",
  );
}
