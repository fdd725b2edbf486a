import { Code } from "@phoenix/platform/errors";
import { expect } from "chai";
import { decideReconnect, judgeEnding, type RawEnding } from "./index.ts";

const lost: RawEnding = {
  left: false,
  drain: null,
  openMs: 5,
  code: Code.Unavailable,
  refusedField: null,
  words: "Connection dropped",
};
const most = () => 0.999999;

describe("an ending of a session", () => {
  const cases: [title: string, ending: Partial<RawEnding>, name: string][] = [
    ["the agent leaves", { left: true, code: Code.Canceled }, "left"],
    ["the server ends the stream", { code: null }, "served"],
    ["a stream without a Welcome ends without error", { code: null, openMs: null }, "retryable"],
    ["the server drains", { drain: { retryAfterMs: 500, reason: "restart" }, code: null }, "drained"],
    ["the server drains and then breaks off", { drain: { retryAfterMs: 500, reason: "restart" } }, "drained"],
    ["the credential is refused", { code: Code.Unauthenticated, openMs: null }, "fatal"],
    ["a message breaks a rule", { code: Code.InvalidArgument, refusedField: "logs.lines[0]" }, "refused"],
    ["the server says invalid and names nothing", { code: Code.InvalidArgument }, "retryable"],
    ["the server has no room", { code: Code.ResourceExhausted, openMs: null }, "crowded"],
    ...[Code.Unavailable, Code.Canceled, Code.Aborted, Code.Internal, Code.DeadlineExceeded, Code.Unimplemented].map(
      (code): [string, Partial<RawEnding>, string] => [`the call ends with ${Code[code]}`, { code }, "retryable"],
    ),
  ];
  for (const [title, ending, name] of cases) {
    it(`is ${name} when ${title}`, () => {
      expect(judgeEnding({ ...lost, ...ending }).name).to.equal(name);
    });
  }
});

describe("the next dial", () => {
  const after = (failures: number, openMs: number | null = null) =>
    decideReconnect(judgeEnding({ ...lost, openMs }), { failures, openMs }, most);

  it("waits under a ceiling that doubles from 0.2 s to 15 s", () => {
    const waits = [0, 1, 2, 3, 6, 7, 500].map((failures) => after(failures)?.delayMs);
    expect(waits).to.deep.equal([199, 399, 799, 1599, 12_799, 14_999, 14_999]);
  });

  it("may come at once: the jitter is full", () => {
    const outcome = judgeEnding(lost);
    expect(decideReconnect(outcome, { failures: 9, openMs: null }, () => 0)?.delayMs).to.equal(0);
  });

  it("forgets earlier failures after a stable minute and not before", () => {
    expect(after(7, 60_000)).to.deep.equal({ delayMs: 199, failures: 1 });
    expect(after(7, 59_999)?.failures).to.equal(8);
  });

  it("never comes before a drain allows it, and a drain is no failure", () => {
    const outcome = judgeEnding({ ...lost, drain: { retryAfterMs: 5_000, reason: "restart" } });
    expect(decideReconnect(outcome, { failures: 6, openMs: 10 }, () => 0)).to.deep.equal({
      delayMs: 5_000,
      failures: 0,
    });
  });

  it("does not come after leaving or after a refused credential", () => {
    for (const ending of [{ left: true }, { code: Code.Unauthenticated }]) {
      expect(decideReconnect(judgeEnding({ ...lost, ...ending }), { failures: 0, openMs: 1 })).to.equal(null);
    }
  });

  it("gives a controller without room more time from the start", () => {
    const outcome = judgeEnding({ ...lost, code: Code.ResourceExhausted });
    expect(decideReconnect(outcome, { failures: 0, openMs: null }, most)?.delayMs).to.equal(3199);
  });
});
