/**
 * Receives on loopback what collectors would send and counts it per window.
 * Promises: a body counts whole or not at all; two arms that send the same
 * series get the same count, whatever order their attributes have; nothing a
 * sender does takes the agent down or its memory up without bound.
 * Reading bytes: otlp-walker.ts. Windows: window-ledger.ts. HTTP: tap.ts. Which
 * metrics and attributes the series come from, in some windows: contributor-*.ts.
 * What should have been sent is not known here; that is the oracle's.
 */

export type { TapContributors } from "./contributor-counter.ts";
export { createTap, type Tap, type TapArm, type TapArmOptions, type TapOptions } from "./tap.ts";
export type { TapWindow } from "./tap-window.ts";
