import { ExperimentOutcome, ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { expect } from "chai";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { createRecordedTerminal } from "../testing/recorded-terminal.ts";
import { createScriptedExperiments, type ExperimentScript } from "../testing/scripted-experiments.ts";
import { promoteAndWait, rollbackAndWait } from "./promote-and-wait.ts";

const completed = { experimentId: "exp-1", phase: ExperimentPhase.COMPLETED, lastEventSequence: 9n };
const refused = {
  sequence: 10n,
  message: "web-1 did not take the promoted configuration: unknown type",
};

function stage(script: Partial<ExperimentScript>) {
  const terminal = createRecordedTerminal();
  const { client, asked } = createScriptedExperiments({ begun: completed, later: completed, events: [], ...script });
  return { terminal, asked, context: { client, terminal, signal: new AbortController().signal } };
}

const failureOf = (call: Promise<unknown>): Promise<CommandError> =>
  call.then(
    () => expect.fail("nothing failed"),
    (error: unknown) => {
      expect(error).to.be.instanceOf(CommandError);
      return error as CommandError;
    },
  );

const promotion = { experimentId: "exp-1", variant: "", force: false, reason: "" };
const rollback = { experimentId: "exp-1", reason: "" };

describe("waiting for a promotion", () => {
  it("tells what hosts say and ends when every host runs the candidate", async () => {
    const { terminal, asked, context } = stage({
      later: { ...completed, outcome: ExperimentOutcome.PROMOTED },
      events: [
        { sequence: 9n, message: "long known" },
        { sequence: 10n, message: "web-1 runs the promoted configuration" },
      ],
    });
    const { outcome } = await promoteAndWait(context, promotion);
    expect(outcome).to.equal(ExperimentOutcome.PROMOTED);
    expect(terminal.errText()).to.equal("web-1 runs the promoted configuration\n");
    expect(asked).to.deep.equal([{ afterSequence: 9n, untilOver: true }]);
  });

  it("ends at once when no host takes the candidate, with the words of the collectors", async () => {
    const { terminal, context } = stage({
      later: { ...completed, outcome: ExperimentOutcome.KEPT, phaseReason: "No host took candidate." },
      events: [refused],
    });
    const failure = await failureOf(promoteAndWait(context, promotion));
    expect(failure.message).to.contain("not promoted: No host took candidate.");
    expect(failure.exitCode).to.equal(exitCodes.refused);
    expect(terminal.errText()).to.contain("unknown type");
  });

  it("ends at once when only some hosts take the candidate, and says what to do", async () => {
    const { context } = stage({
      later: { ...completed, phaseReason: "candidate runs on 1 of 2 hosts; promote again." },
      events: [refused],
    });
    const { message, exitCode } = await failureOf(promoteAndWait(context, promotion));
    expect(message).to.contain("not promoted on every host: candidate runs on 1 of 2 hosts; promote again.");
    expect(exitCode).to.equal(exitCodes.refused);
  });

  it("survives a server that goes away meanwhile, and tells nothing twice", async () => {
    const { terminal, asked, context } = stage({
      later: { ...completed, outcome: ExperimentOutcome.PROMOTED },
      events: [
        { sequence: 10n, message: "one" },
        { sequence: 11n, message: "two" },
      ],
      breaks: 1,
    });
    await promoteAndWait(context, promotion);
    expect(terminal.errText()).to.equal("one\ntwo\n");
    expect(asked.map(({ afterSequence }) => afterSequence)).to.deep.equal([9n, 10n]);
  });

  it("ends by Ctrl-C", async () => {
    const { context } = stage({});
    const signal = AbortSignal.abort();
    const { exitCode } = await failureOf(promoteAndWait({ ...context, signal }, promotion));
    expect(exitCode).to.equal(exitCodes.interrupted);
  });
});

describe("waiting for a rollback", () => {
  const ends: [name: string, later: ExperimentScript["later"], said: RegExp][] = [
    ["of a promotion", { ...completed, outcome: ExperimentOutcome.ROLLED_BACK }, /^rolled back: /],
    [
      "before a promotion, which keeps what ran",
      { ...completed, outcome: ExperimentOutcome.KEPT },
      /^kept: nothing had been promoted/,
    ],
    [
      "before a verdict, which cancels",
      { ...completed, phase: ExperimentPhase.CANCELLED },
      /^cancelled: there was no verdict/,
    ],
  ];
  for (const [name, later, said] of ends) {
    it(`ends and says how: ${name}`, async () => {
      const { terminal, context } = stage({ later });
      expect((await rollbackAndWait(context, rollback)).phase).to.equal(later.phase);
      expect(terminal.errText()).to.match(said);
    });
  }

  it("ends at once when a host does not go back", async () => {
    const { context } = stage({ later: { ...completed, phaseReason: "1 of 2 hosts did not go back." } });
    const { message, exitCode } = await failureOf(rollbackAndWait(context, rollback));
    expect(message).to.contain("not rolled back on every host: 1 of 2 hosts did not go back.");
    expect(exitCode).to.equal(exitCodes.refused);
  });
});
