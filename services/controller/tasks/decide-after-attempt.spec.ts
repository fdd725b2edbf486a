import { expect } from "chai";
import fc from "fast-check";
import { type AttemptFacts, decideAfterAttempt } from "./decide-after-attempt.ts";

const facts = (over: Partial<AttemptFacts>): AttemptFacts => ({
  outcome: "failed",
  attempt: 1,
  maxAttempts: 5,
  retryable: true,
  cancelRequested: false,
  ...over,
});

describe("decideAfterAttempt", () => {
  it("tries a retryable failure again and waits longer each time", () => {
    const steps = [1, 2, 3, 4].map((attempt) => decideAfterAttempt(facts({ attempt })));
    expect(steps).to.deep.equal([0, 1, 2, 3].map((backoffStep) => ({ next: "pending", backoffStep })));
  });

  it("gives up after the last try and after a failure that no try can help", () => {
    expect(decideAfterAttempt(facts({ attempt: 5 }))).to.deep.equal({ next: "failed" });
    expect(decideAfterAttempt(facts({ retryable: false }))).to.deep.equal({ next: "failed" });
  });

  it("repeats at once what was never delivered and what lapsed for the first time", () => {
    const again = { next: "pending", backoffStep: null };
    expect(decideAfterAttempt(facts({ outcome: "undelivered", attempt: 3 }))).to.deep.equal(again);
    expect(decideAfterAttempt(facts({ outcome: "lapsed" }))).to.deep.equal(again);
    expect(decideAfterAttempt(facts({ outcome: "lapsed", attempt: 2 }))).to.deep.equal({
      next: "pending",
      backoffStep: 1,
    });
  });

  it("ends a task that was called off unless its agent was faster", () => {
    expect(decideAfterAttempt(facts({ cancelRequested: true }))).to.deep.equal({ next: "cancelled" });
    expect(decideAfterAttempt(facts({ cancelRequested: true, outcome: "lapsed" }))).to.deep.equal({
      next: "cancelled",
    });
    expect(decideAfterAttempt(facts({ cancelRequested: true, outcome: "completed" }))).to.deep.equal({
      next: "completed",
    });
  });

  it("never allows more tries than the most (I1)", () => {
    const outcomes = fc.constantFrom("completed", "failed", "cancelled", "lapsed", "undelivered" as const);
    fc.assert(
      fc.property(
        outcomes,
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        fc.boolean(),
        (outcome, attempt, retryable, cancelRequested) => {
          const decision = decideAfterAttempt({ outcome, attempt, maxAttempts: attempt, retryable, cancelRequested });
          expect(decision.next).to.not.equal("pending");
        },
      ),
    );
  });
});
