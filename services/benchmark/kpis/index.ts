/**
 * Key figures of an arm from its windows. Pure. What a window is, as it is
 * kept, is declared here, where nothing depends on how it is kept.
 */
export { type ArmFigures, afterWarmup, calculateFigures } from "./arm-kpis.ts";
export type { StoredSighting, StoredWindow } from "./stored-window.ts";
