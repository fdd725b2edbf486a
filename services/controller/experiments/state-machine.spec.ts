import { readFile } from "node:fs/promises";
import { expect } from "chai";
import fc from "fast-check";
import { deadlineOf } from "./deadlines.ts";
import { makePlan } from "./plan.ts";
import { experimentDefaults } from "./settings.ts";
import {
  decideOverride,
  decideTransition,
  isOver,
  type Phase,
  type PhaseEvent,
  phaseEvents,
  phases,
  transitions,
} from "./state-machine.ts";

const event = fc.constantFrom<PhaseEvent>(...phaseEvents);
const phase = fc.constantFrom<Phase>(...phases);

function walk(events: readonly PhaseEvent[], from: Phase = "pending"): Phase[] {
  const seen: Phase[] = [from];
  for (const step of events) {
    const transition = decideTransition(seen.at(-1)!, step);
    seen.push("next" in transition ? transition.next : seen.at(-1)!);
  }
  return seen;
}

describe("the phases of an experiment", () => {
  it("are drawn as the table has them", async () => {
    const drawing = await readFile(new URL("./state-machine.md", import.meta.url), "utf8");
    const drawn = [...drawing.matchAll(/^ {2}([A-Z]+) --> ([A-Z]+): (\w+)(?: \/ ([\w, ]+))?$/gm)].map(
      ([, from, to, name, effects]) => `${from} ${name} ${to} ${effects ?? ""}`.trim(),
    );
    const table = phases.flatMap((from) =>
      Object.entries(transitions[from]).map(([name, { next, effects }]) =>
        `${from.toUpperCase()} ${name} ${next.toUpperCase()} ${effects.join(", ")}`.trim(),
      ),
    );
    expect(drawn.toSorted()).to.deep.equal(table.toSorted());
    const ends = [...drawing.matchAll(/^ {2}([A-Z]+) --> \[\*\]$/gm)].map(([, name]) => name);
    expect(ends).to.deep.equal(phases.filter(isOver).map((name) => name.toUpperCase()));
  });

  it("never leave a phase that is over, whatever happens", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const seen = walk(events);
        const over = seen.findIndex(isOver);
        if (over !== -1) expect(new Set(seen.slice(over)).size).to.equal(1);
      }),
    );
  });

  it("move or refuse, and ask for effects only when they move", () => {
    fc.assert(
      fc.property(phase, event, (from, name) => {
        const transition = decideTransition(from, name);
        if ("next" in transition) {
          expect(transition.next).to.not.equal(from);
          expect(transition).to.not.have.property("refusal");
        } else {
          expect(transition).to.not.have.property("effects");
          expect(transition.refusal).to.have.length.above(10);
        }
      }),
    );
  });

  it("stop the arms on every way out of a phase in which arms may run, unless the verdict is to be acted on", () => {
    for (const from of ["initializing", "running", "analyzing"] as const) {
      for (const [name, { next, effects }] of Object.entries(transitions[from])) {
        if (!isOver(next)) continue;
        expect(effects, `${from} ${name}`).to.include(name === "verdict_promote" ? "hold_arms" : "stop_arms");
      }
    }
  });

  it("have a deadline while they are not over, and an answer to its passing", () => {
    const plan = makePlan({ profile: "quick", scopeAccepted: false });
    for (const name of phases) {
      const now = new Date(0);
      const input = { now, calibrateTime: null, measureTime: now, plan, calibrationMs: 0 };
      const deadline = deadlineOf(name, input, experimentDefaults);
      if (isOver(name)) expect(deadline, name).to.equal(null);
      else {
        expect(deadline, name).to.be.instanceOf(Date);
        expect(decideTransition(name, "time_out"), name).to.have.property("next");
      }
    }
  });

  it("are over after one time-out each, in three steps at most", () => {
    fc.assert(
      fc.property(phase, (from) => {
        expect(isOver(walk(["time_out", "time_out", "time_out"], from).at(-1)!)).to.equal(true);
      }),
    );
  });
});

describe("decideOverride", () => {
  it("goes along the table only, and never by a verdict", () => {
    fc.assert(
      fc.property(phase, phase, (from, to) => {
        const decided = decideOverride(from, to);
        if ("event" in decided) expect(transitions[from][decided.event]?.next).to.equal(to);
        expect(to === "completed" && "event" in decided).to.equal(false);
      }),
    );
  });

  it("says what is possible instead", () => {
    expect(decideOverride("running", "pending")).to.deep.equal({
      refusal: "from RUNNING it can be moved to ANALYZING, CANCELLED, FAILED",
    });
    expect(decideOverride("failed", "running")).to.deep.equal({ refusal: "FAILED is final" });
    expect(decideOverride("analyzing", "completed")).to.have.property("refusal").that.includes("only an analysis");
  });
});
