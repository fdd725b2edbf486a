import { fromJson } from "@bufbuild/protobuf";
import { VerdictSchema } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { type ArmPanel, ArmPanelSchema } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_pb.ts";
import { ExperimentSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { Code, fromConnectError } from "@phoenix/platform/errors";
import { expect } from "chai";
import { createScriptedServer, scriptedExperiment } from "../testing/scripted-server.ts";
import { exportExperiment } from "./export-experiment.ts";

describe("an exported experiment", () => {
  async function exported(experimentId = "exp-1") {
    const said: string[] = [];
    const client = createScriptedServer(scriptedExperiment());
    const { signal } = new AbortController();
    let text = "";
    const context = { client, signal, phoenixVersion: "1.2.3", say: (line: string) => said.push(line) };
    for await (const piece of exportExperiment(context, experimentId)) text += piece;
    return { document: JSON.parse(text), said };
  }

  it("is one document of the contract's messages, with every window of every page", async () => {
    const { document } = await exported();
    expect(document).to.include({ layout: "phoenix.experiment/v1", phoenixVersion: "1.2.3" });
    expect(fromJson(ExperimentSchema, document.experiment).name).to.equal("scripted");
    expect(fromJson(VerdictSchema, document.verdicts[0]).blocks).to.equal(8);
    expect(document.events.map(({ sequence }: { sequence: string }) => sequence)).to.deep.equal(["1", "2"]);
    const arms: ArmPanel[] = document.panel.map((arm: never) => fromJson(ArmPanelSchema, arm));
    const ofFirst = arms.filter(({ hostId, variant }) => hostId === "h1" && variant === "baseline");
    const [whole] = scriptedExperiment().panel;
    expect(ofFirst.flatMap(({ windows }) => windows)).to.deep.equal(whole?.windows);
  });

  it("has no key for what is not there, and says what the server could not give", async () => {
    const { document, said } = await exported();
    expect(document).to.not.have.any.keys("certificates", "realisedSaving", "kpiSeries", "contributors", "sources");
    expect(said.join("\n")).to.match(/left out: .*IssueCertificate/);
    expect(said).to.include("2 events").and.include("144 windows");
  });

  it("is nothing of an experiment that there is not", async () => {
    const error = await exported("nope").then(() => undefined, fromConnectError);
    expect(error?.code).to.equal(Code.NotFound);
  });
});
