/**
 * What a promotion really saves: hosts that were promoted against hosts that
 * were held back, each against its own baseline during the experiment. Pure.
 * Promises: the interval is valid however often it is looked at, and infinite
 * while there is too little. Judging a candidate is the verdict room's.
 */
export {
  type HostHistory,
  measureRealised,
  type RealisedInput,
  type RealisedSaving,
} from "./measure-realised.ts";
