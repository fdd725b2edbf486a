/**
 * The analysis of one moment: a panel in, a verdict and its evidence for each
 * candidate out. Promises that a large panel is judged in a thread of its own,
 * so that other calls go on. The statistics are verdict's, the reading of
 * panels and the keeping of verdicts the api's.
 */
export { type Analyst, createAnalyst } from "./judge-apart.ts";
export type { Judged } from "./judge-candidates.ts";
export { type PackedPanel, PanelPacker, unpackPanel } from "./packed-panel.ts";
