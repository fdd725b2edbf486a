/**
 * Key figures of an arm from sums over its windows, and its series as vendors
 * count them. Pure. What a window is, as it is kept, is declared here, where
 * nothing depends on how it is kept.
 */
export { calculateFigures, figuresOfHosts } from "./arm-kpis.ts";
export type { HostSums } from "./host-sums.ts";
export type { StoredContributor, StoredContributors, StoredSighting, StoredWindow } from "./stored-window.ts";
export { createVendorCounter, type SeriesPiece, summariseSpans, vendorWindows } from "./vendor-series.ts";
