/**
 * The comparison of an experiment, for whoever shows it: gathered through
 * clients that are given, laid out as grids, and rendered as one HTML page or
 * one JSON document. Promises: no I/O of its own and nothing of Node, so that a
 * terminal and a browser make the same document; every text from outside is
 * escaped. quantities, visible-text, experiment-words: the words, apart because
 * they need no charts. How a terminal prints the grids: cli/report.
 */
export { changeWord, rangeWords } from "./change-words.ts";
export { armCost, bookTitle, costGrid, currencyOf, savingGrid, savingOf } from "./cost-grids.ts";
export { effectGrid, guardrailGrid, vendorGrid } from "./effect-grids.ts";
export { emptyState } from "./empty-state.ts";
export { checkGrid, contributorGrid, crossCheckGrid, missGrid, sourceGrid } from "./evidence-grids.ts";
export { type Cell, figures, type Grid, words } from "./grid.ts";
export { panelPages } from "./panel-pages.ts";
export { renderReport } from "./render-report.ts";
export type { ReportClient } from "./report-client.ts";
export { armsOf, gatherReportData, type ReportData, type ReportQuery, variantsOf } from "./report-data.ts";
export { reportDocument } from "./report-document.ts";
