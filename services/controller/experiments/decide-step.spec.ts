import { create } from "@bufbuild/protobuf";
import { Decision, VerdictSchema } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ExperimentSpecSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { expect } from "chai";
import fc from "fast-check";
import { decideStep, type ExperimentView, isDecided, mostStopRounds } from "./decide-step.ts";
import type { ExperimentRecord } from "./experiment-record.ts";
import { makePlan } from "./plan.ts";
import { experimentDefaults } from "./settings.ts";
import { decideTransition, isOver, type Phase, phases } from "./state-machine.ts";
import type { Subject, SubjectState } from "./subjects-store.ts";

const now = new Date("2026-11-20T08:00:00Z");
const after = (ms: number) => new Date(now.getTime() + ms);

function subject(state: SubjectState, over: Partial<Subject> = {}): Subject {
  const base = { kind: "collector", hostId: "h", hostName: "host", name: "e.candidate", variant: "candidate" } as const;
  const rest = { configDigest: "", nextDigest: null, message: "words", announced: true, stopRound: 1, changedAt: now };
  return { ...base, ...rest, state, collectorState: 0, collectorRestarts: 0, ...over };
}

function view(over: Partial<ExperimentRecord>, subjects: Subject[] = [], at = now): ExperimentView {
  const experiment = {
    experimentId: "e",
    spec: create(ExperimentSpecSchema),
    phase: "running",
    phaseReason: "reason",
    phaseDeadline: after(60_000),
    plan: makePlan({ profile: "quick", scopeAccepted: false }),
    calibrateTime: null,
    measureTime: now,
    verdicts: [],
    analyzedBlocks: 0,
    analysisRetryAt: null,
    rollout: null,
    holdUntil: null,
    holdBackUntil: null,
    ...over,
  } as unknown as ExperimentRecord;
  return { experiment, subjects, hosts: [], now: at };
}

const step = (...given: Parameters<typeof view>) => decideStep(view(...given), experimentDefaults);

describe("decideStep", () => {
  it("moves only along the table, and never leaves an experiment past its deadline alone", () => {
    const everyPhase = fc.constantFrom<Phase>(...phases);
    const states = fc.constantFrom<SubjectState>("starting", "running", "failed", "stopping", "stopped", "stop_failed");
    fc.assert(
      fc.property(
        everyPhase,
        fc.array(states, { maxLength: 4 }),
        fc.integer({ min: 0, max: 200_000 }),
        (phase, given, ms) => {
          const phaseDeadline = isOver(phase) ? null : after(60_000);
          const decided = step(
            { phase, phaseDeadline },
            given.map((state) => subject(state)),
            after(ms),
          );
          if (decided.do === "move") {
            expect(decideTransition(phase, decided.event)).to.have.property("next");
            expect(decided.reason).to.not.equal("");
          }
          if (!isOver(phase) && ms >= 60_000) expect(decided.do).to.equal("move");
        },
      ),
    );
  });

  it("tells of a failure before it acts on it", () => {
    const failed = subject("failed", { announced: false });
    expect(step({ phase: "initializing" }, [failed])).to.deep.equal({ do: "announce", failures: [failed] });
    expect(step({ phase: "initializing" }, [subject("failed")])).to.deep.equal({
      do: "move",
      event: "arm_failed",
      reason: "candidate on host did not start: words",
    });
  });

  it("asks for one analysis for each completed block, and for none before", () => {
    expect(step({}, [], after(31_000))).to.deep.equal({ do: "nothing" });
    expect(step({}, [], after(31_500))).to.deep.equal({ do: "analyze", blocks: 1, final: false });
    expect(step({ analyzedBlocks: 1 }, [], after(31_500))).to.deep.equal({ do: "nothing" });
    expect(step({}, [], after(55_000)), "blocks that were missed need one").to.deep.equal({
      do: "analyze",
      blocks: 3,
      final: false,
    });
  });

  it("waits with the next try of an analysis that failed", () => {
    const waiting = { analysisRetryAt: after(40_000) };
    expect(step(waiting, [], after(35_000))).to.deep.equal({ do: "nothing" });
    expect(step(waiting, [], after(40_000)).do).to.equal("analyze");
  });

  it("stops measuring when every candidate is decided, not before", () => {
    const verdict = (decision: Decision) => create(VerdictSchema, { decision, reason: "so." });
    expect(isDecided({ verdicts: [] })).to.equal(false);
    expect(isDecided({ verdicts: [verdict(Decision.PROMOTE), verdict(Decision.CONTINUE)] })).to.equal(false);
    expect(isDecided({ verdicts: [verdict(Decision.UNSPECIFIED)] })).to.equal(false);
    expect(isDecided({ verdicts: [verdict(99 as Decision)] }), "a decision of a newer contract").to.equal(false);
    expect(step({ verdicts: [verdict(Decision.PROMOTE), verdict(Decision.REJECT)] })).to.include({
      event: "evidence_in",
    });
  });

  describe("in an A/A period", () => {
    const spec = create(ExperimentSpecSchema, { calibrationDuration: { seconds: 60n } });
    const plan = makePlan({ profile: "quick", scopeAccepted: false });
    const calibrated = { ...plan, calibrated: true };
    const deadline = { phaseDeadline: after(200_000) };
    const period = { spec, plan, calibrateTime: now, measureTime: null, ...deadline };
    const switching = { ...period, plan: calibrated };

    it("waits for warm-up, period and delivery, then has it evaluated, never the candidates judged", () => {
      expect(step(period, [], after(81_499))).to.deep.equal({ do: "nothing" });
      expect(step(period, [], after(81_500))).to.deep.equal({
        do: "calibrate",
        start: after(20_000),
        end: after(80_000),
      });
      const waiting = { ...period, analysisRetryAt: after(90_000) };
      expect(step(waiting, [], after(85_000))).to.deep.equal({ do: "nothing" });
    });

    it("measures once every arm runs its own configuration", () => {
      expect(step(switching, [subject("running"), subject("starting")])).to.deep.equal({ do: "nothing" });
      expect(step(switching, [subject("running"), subject("running")])).to.deep.equal({ do: "end_calibration" });
    });

    it("fails with the words of an arm that did not take its own configuration", () => {
      expect(step(switching, [subject("running"), subject("failed")])).to.deep.equal({
        do: "move",
        event: "arm_failed",
        reason: "candidate on host did not take its own configuration after the A/A period: words",
      });
    });

    it("takes no arm for changed that was not asked, and evaluates nothing while one is starting", () => {
      expect(step(switching, [subject("running", { nextDigest: "d" })])).to.deep.equal({ do: "nothing" });
      expect(step(period, [subject("starting")], after(100_000))).to.deep.equal({ do: "nothing" });
    });

    it("is given up when it cannot be evaluated, or the switch made, in time", () => {
      const late = after(200_000);
      expect(step(period, [], late)).to.deep.include({ do: "move", event: "abandon" });
      const stuck = step(switching, [subject("starting")], late);
      expect(stuck).to.deep.include({ do: "move", event: "abandon" });
      expect(stuck).to.have.property("reason").that.includes("candidate on host");
    });
  });

  it("ends a hold-back that is over, after what hosts said", () => {
    const held = { phase: "completed" as const, phaseDeadline: null, holdBackUntil: after(1_000) };
    expect(step(held)).to.deep.equal({ do: "nothing" });
    expect(step(held, [], after(1_000))).to.deep.equal({ do: "end_hold_back" });
  });

  it("asks again for stops that failed, after a while and not for ever", () => {
    const over = { phase: "completed" as const, phaseDeadline: null };
    const failed = subject("stop_failed");
    expect(step(over, [failed], after(29_999))).to.deep.equal({ do: "nothing" });
    expect(step(over, [failed], after(30_000))).to.deep.equal({ do: "stop_again", subjects: [failed] });
    const hopeless = subject("stop_failed", { stopRound: mostStopRounds });
    expect(step(over, [hopeless], after(60_000))).to.deep.equal({ do: "nothing" });
  });

  it("lets go of arms nobody decided about", () => {
    const held = { phase: "completed" as const, phaseDeadline: null, holdUntil: after(1_000) };
    expect(step(held)).to.deep.equal({ do: "nothing" });
    expect(step(held, [], after(1_000))).to.deep.equal({ do: "release" });
  });
});
