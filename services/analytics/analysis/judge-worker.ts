/** Entry of the thread that judges a large panel: one task, one answer, and it ends. */
import { parentPort, workerData } from "node:worker_threads";
import { type JudgeTask, judgeCandidates } from "./judge-candidates.ts";
import type { PackedPanel } from "./packed-panel.ts";

const { task, panel } = workerData as { task: JudgeTask; panel: PackedPanel };
parentPort?.postMessage(judgeCandidates(task, panel));
