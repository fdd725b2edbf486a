import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { ExperimentEventType } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { expect } from "chai";
import { parse, parseAllDocuments } from "yaml";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";
import type { OutputFormat } from "../output/output.ts";
import { createRecordedTerminal } from "../testing/recorded-terminal.ts";
import { createScriptedExperiments } from "../testing/scripted-experiments.ts";
import { printEvents } from "./print-events.ts";

const time = timestampFromMs(new Date(2026, 10, 20, 12, 0, 1).getTime());
const events = [
  { sequence: 1n, time, type: ExperimentEventType.CREATED, actor: "anna", message: "Created." },
  { sequence: 2n, time, type: ExperimentEventType.ANALYZED, actor: "system", message: "1 of at most 48 blocks." },
  {
    sequence: 3n,
    time,
    type: ExperimentEventType.PHASE_OVERRIDDEN,
    actor: "anna",
    message: "RUNNING → ANALYZING",
    userReason: "enough seen",
  },
];

describe("the events of an experiment", () => {
  const experiment = { experimentId: "exp-1", lastEventSequence: 3n };

  async function show(format: OutputFormat, query: { afterSequence?: bigint } = {}): Promise<string> {
    const terminal = createRecordedTerminal();
    const { client, streams } = createScriptedExperiments({ begun: experiment, later: experiment, events });
    const context = { client, terminal, format, signal: new AbortController().signal };
    await printEvents(context, { experimentId: "exp-1", afterSequence: 0n, follow: false, ...query });
    expect(streams.open, "a stream that stays open keeps the command running").to.equal(0);
    return terminal.outText();
  }

  /** Follows until `count` events are written, then presses Ctrl-C. */
  async function follow(format: OutputFormat, count: number): Promise<string> {
    const terminal = createRecordedTerminal();
    const { client, asked } = createScriptedExperiments({ begun: experiment, later: experiment, events, breaks: 1 });
    const interrupt = new AbortController();
    const write = terminal.out.write.bind(terminal.out) as (text: string) => boolean;
    let written = 0;
    terminal.out.write = (text: string | Uint8Array) => {
      written += 1;
      if (written === count) interrupt.abort();
      return write(String(text));
    };
    const context = { client, terminal, format, signal: interrupt.signal };
    const end = printEvents(context, { experimentId: "exp-1", afterSequence: 0n, follow: true });
    const error: unknown = await end.catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(CommandError).with.property("exitCode", exitCodes.interrupted);
    expect(asked[0]).to.deep.equal({ afterSequence: 0n, untilOver: false });
    return terminal.outText();
  }

  it("are a table, with the reasons people gave", async () => {
    expect((await show("table")).split("\n")).to.deep.equal([
      "#  TIME                 EVENT             BY      MESSAGE",
      "1  2026-11-20 12:00:01  created           anna    Created.",
      "2  2026-11-20 12:00:01  analyzed          system  1 of at most 48 blocks.",
      "3  2026-11-20 12:00:01  phase overridden  anna    RUNNING → ANALYZING (enough seen)",
      "",
    ]);
  });

  it("can begin after a number", async () => {
    const { events: shown } = JSON.parse(await show("json", { afterSequence: 2n })) as { events: object[] };
    expect(shown).to.have.length(1);
    expect(shown[0]).to.include({ sequence: "3", userReason: "enough seen" });
    expect(await show("table", { afterSequence: 3n })).to.equal("There are no events after number 3.\n");
  });

  it("are one document as JSON and as YAML", async () => {
    const shown = JSON.parse(await show("json")) as { events: { type: string }[] };
    expect(shown.events.map(({ type }) => type)).to.deep.equal([
      "EXPERIMENT_EVENT_TYPE_CREATED",
      "EXPERIMENT_EVENT_TYPE_ANALYZED",
      "EXPERIMENT_EVENT_TYPE_PHASE_OVERRIDDEN",
    ]);
    expect(parse(await show("yaml"))).to.deep.equal(shown);
  });

  it("are one line each while they are followed, each once though the stream broke", async () => {
    const lines = (await follow("json", 3)).trimEnd().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { sequence: string }).sequence)).to.deep.equal(["1", "2", "3"]);
    expect(await follow("table", 2)).to.equal(
      "1  2026-11-20 12:00:01  created  anna  Created.\n" +
        "2  2026-11-20 12:00:01  analyzed  system  1 of at most 48 blocks.\n",
    );
    const documents = parseAllDocuments(await follow("yaml", 3));
    expect(documents.map((document) => (document.toJS() as { sequence: string }).sequence)).to.deep.equal([
      "1",
      "2",
      "3",
    ]);
  });
});
