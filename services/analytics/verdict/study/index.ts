/**
 * The verdict put to the test: seeded simulations of experiments whose truth is
 * known, judged by the verdict's own functions after every block. Promises: the
 * same seed gives the same figures. Running them all, on every core, and writing
 * docs/calibration.md is tools/calibrate.ts.
 */
export { renderStudy, type StudyAccount } from "./render-study.ts";
export { type Setting, studySettings } from "./settings.ts";
export { brokenBounds, type StudyRow, studyRow } from "./study-row.ts";
export { addTallies, countTrials, type Tally } from "./trials.ts";
