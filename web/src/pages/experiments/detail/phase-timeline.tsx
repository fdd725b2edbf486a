import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import { type Experiment, ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { IconCheck } from "@tabler/icons-react";
import { TimeText } from "../../../components/time-text.tsx";
import { useNow } from "../../../components/use-now.ts";
import { formatSpan } from "../../../format/times.ts";
import { isOver } from "../figures.ts";
import { phaseWord } from "../phase-badge.tsx";
import classes from "./detail.module.css";

const { PENDING, INITIALIZING, RUNNING, ANALYZING, COMPLETED } = ExperimentPhase;
const road: readonly ExperimentPhase[] = [PENDING, INITIALIZING, RUNNING, ANALYZING, COMPLETED];

/** The phases an experiment went through, where it is, why, and how long at most it goes on. */
export function PhaseTimeline({ experiment }: { experiment: Experiment }) {
  const { phase, phaseReason, secondsRemaining, measureTime, calibrateTime } = experiment;
  const wentAside = !road.includes(phase);
  const here = wentAside ? lastReached(experiment) : road.indexOf(phase);
  const steps = wentAside ? [...road.slice(0, here + 1), phase] : road;
  return (
    <section className={classes.timeline} aria-label="Phases">
      <ol className={classes.steps}>
        {steps.map((step, place) => {
          const isHere = step === phase;
          const isDone = wentAside ? !isHere : place < here;
          const since = reachedAt(experiment, step);
          return (
            <li
              key={step}
              className={classes.step}
              data-stand={isHere ? "here" : isDone ? "done" : "ahead"}
              aria-current={isHere ? "step" : undefined}
            >
              <span className={classes.mark} aria-hidden>
                {isDone || (isHere && isOver(phase)) ? <IconCheck size={13} stroke={3} /> : place + 1}
              </span>
              <span>
                <span className={classes.stepName}>{phaseWord(step)}</span>
                {since !== undefined && (isDone || isHere) && (
                  <span className={classes.stepTime}>
                    <TimeText time={since} />
                  </span>
                )}
              </span>
            </li>
          );
        })}
      </ol>
      <p className={classes.reason}>{phaseReason}</p>
      {secondsRemaining > 0 && phase !== PENDING && (
        <p className={classes.reason}>
          {calibrateTime !== undefined && measureTime === undefined
            ? "An A/A period is under way: both arms run the baseline. "
            : ""}
          <Elapsed since={measureTime} /> Over in {formatSpan(secondsRemaining * 1_000)} at the latest.
        </p>
      )}
    </section>
  );
}

function Elapsed({ since }: { since: Timestamp | undefined }) {
  const now = useNow();
  return since === undefined ? null : <>Measuring for {formatSpan(Math.max(0, now - timestampMs(since)))}.</>;
}

function reachedAt(experiment: Experiment, phase: ExperimentPhase): Timestamp | undefined {
  if (phase === PENDING) return experiment.createTime;
  if (phase === INITIALIZING) return experiment.startTime;
  if (phase === RUNNING) return experiment.measureTime;
  return phase === ANALYZING ? undefined : experiment.endTime;
}

/** Of one that failed or was called off: how far it came. */
function lastReached({ startTime, measureTime }: Experiment): number {
  if (measureTime !== undefined) return road.indexOf(RUNNING);
  return startTime === undefined ? road.indexOf(PENDING) : road.indexOf(INITIALIZING);
}
