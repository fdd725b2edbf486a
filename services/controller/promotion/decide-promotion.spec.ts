import { create } from "@bufbuild/protobuf";
import { Decision, VerdictSchema } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ExperimentEventType, ExperimentSpecSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ErrorReason } from "@phoenix/platform/errors";
import { expect } from "chai";
import fc from "fast-check";
import type { ExperimentRecord, HostRolloutState, Outcome, Phase, Rollout } from "../experiments/index.ts";
import { concludeRollout } from "./conclude-rollout.ts";
import { decidePromotion } from "./decide-promotion.ts";
import { decideRollback } from "./decide-rollback.ts";

const candidates = ["candidate", "candidate-2"];

function experimentWith(over: Partial<ExperimentRecord>, decisions: Decision[] = [Decision.PROMOTE]) {
  const variants = candidates.slice(0, decisions.length);
  const spec = create(ExperimentSpecSchema, { arms: ["baseline", ...variants].map((variant) => ({ variant })) });
  const verdicts = variants.map((variant, index) =>
    create(VerdictSchema, { variant, decision: decisions[index]!, reason: "because." }),
  );
  const base = {
    experimentId: "e",
    phase: "completed",
    outcome: null,
    rollout: null,
    holdUntil: null,
    holdBackUntil: null,
  };
  return { ...base, promotedVariant: null, spec, verdicts, ...over } as ExperimentRecord;
}

const everyDecision = fc.constantFrom(
  Decision.UNSPECIFIED,
  Decision.CONTINUE,
  Decision.PROMOTE,
  Decision.REJECT,
  Decision.INCONCLUSIVE,
  Decision.UNHEALTHY,
);
const everyPhase = fc.constantFrom<Phase>(
  "pending",
  "initializing",
  "running",
  "analyzing",
  "completed",
  "failed",
  "cancelled",
);
const everyRollout = fc.constantFrom<Rollout | null>(null, "promoting", "rolling_back");
const everyOutcome = fc.constantFrom<Outcome | null>(null, "promoted", "rolled_back", "kept");

describe("decidePromotion", () => {
  it("never lets anything but a PROMOTE verdict through without force", () => {
    fc.assert(
      fc.property(everyPhase, everyOutcome, everyDecision, (phase, outcome, decision) => {
        const experiment = experimentWith({ phase, outcome }, [decision]);
        const decided = decidePromotion(experiment, [], { variant: "", force: false });
        if ("variant" in decided) expect([phase, decision]).to.deep.equal(["completed", Decision.PROMOTE]);
        else expect(decided.message).to.have.length.above(20);
      }),
    );
  });

  it("lets force override a verdict, and nothing else", () => {
    fc.assert(
      fc.property(everyPhase, everyOutcome, everyDecision, (phase, outcome, decision) => {
        const experiment = experimentWith({ phase, outcome }, [decision]);
        const allowed = "variant" in decidePromotion(experiment, [], { variant: "", force: true });
        expect(allowed).to.equal(phase === "completed" && (outcome === null || outcome === "kept"));
      }),
    );
  });

  it("asks which candidate where there are several, and judges the one named", () => {
    const experiment = experimentWith({}, [Decision.REJECT, Decision.PROMOTE]);
    const ask = (variant: string) => decidePromotion(experiment, [], { variant, force: false });
    expect(ask("")).to.include({ reason: ErrorReason.INVALID_FIELD });
    expect(ask("baseline")).to.include({ reason: ErrorReason.INVALID_FIELD });
    expect(ask("candidate")).to.include({ reason: ErrorReason.VERDICT_FORBIDS_PROMOTION });
    expect(ask("candidate-2")).to.deep.equal({ variant: "candidate-2", hosts: null });
  });

  it("repeats a promotion only where hosts refused it, once all have answered", () => {
    const experiment = experimentWith({ rollout: "promoting", promotedVariant: "candidate" });
    const ask = (...states: (HostRolloutState | null)[]) =>
      decidePromotion(
        experiment,
        states.map((rolloutState, index) => ({ hostId: `h${index}`, rolloutState, heldBack: false })),
        { variant: "", force: false },
      );
    expect(ask("done", "pending")).to.include({ reason: ErrorReason.ILLEGAL_TRANSITION });
    expect(ask("done", "failed", null)).to.deep.equal({ variant: "candidate", hosts: ["h1"] });
  });
});

describe("decideRollback", () => {
  it("takes back exactly what was promoted and not taken back", () => {
    fc.assert(
      fc.property(everyPhase, everyOutcome, everyRollout, (phase, outcome, rollout) => {
        const decided = decideRollback(experimentWith({ phase, outcome, rollout }));
        const takesBack = "act" in decided && decided.act === "take_back";
        const wanted =
          phase === "completed" && outcome !== "rolled_back" && (outcome === "promoted" || rollout !== null);
        expect(takesBack).to.equal(wanted);
      }),
    );
  });

  it("stops arms that run without a promotion", () => {
    expect(decideRollback(experimentWith({ holdUntil: new Date(0) }))).to.include({ act: "keep" });
    expect(decideRollback(experimentWith({ phase: "running" }))).to.include({ act: "cancel" });
  });
});

describe("concludeRollout", () => {
  const states = fc.array(fc.constantFrom<HostRolloutState>("pending", "applied", "refused", "done", "failed"));

  it("waits for every host", () => {
    fc.assert(
      fc.property(states, fc.constantFrom<Rollout>("promoting", "rolling_back"), (given, rollout) => {
        const open = given.some((state) => state !== "done" && state !== "failed");
        const conclusion = concludeRollout({ rollout, promotedVariant: "candidate" }, given, 0);
        expect(conclusion === null).to.equal(open);
      }),
    );
  });

  it("says PROMOTED or ROLLED_BACK only when no host failed", () => {
    const conclude = (rollout: Rollout, given: HostRolloutState[]) =>
      concludeRollout({ rollout, promotedVariant: "candidate" }, given, 0)?.event;
    expect(conclude("promoting", ["done", "done"])).to.equal(ExperimentEventType.PROMOTED);
    expect(conclude("promoting", ["done", "failed"])).to.equal(null);
    expect(conclude("promoting", ["failed"])).to.equal(ExperimentEventType.KEPT);
    expect(conclude("rolling_back", ["done"])).to.equal(ExperimentEventType.ROLLED_BACK);
    expect(conclude("rolling_back", ["failed"])).to.equal(null);
  });
});
