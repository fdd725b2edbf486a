import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { ExperimentSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { formatTime } from "@phoenix/report/quantities";
import { expect } from "chai";
import { describeExperiment } from "./describe-experiment.ts";

describe("an experiment for a terminal", () => {
  const described = (experiment: MessageInitShape<typeof ExperimentSchema>): string =>
    describeExperiment(create(ExperimentSchema, experiment));
  const hosts = (count: number, heldBack: (host: number) => boolean) =>
    Array.from({ length: count }, (_, host) => ({
      hostId: `id-${host}`,
      hostName: host === 1 ? "" : `web-${host}`,
      heldBack: heldBack(host),
    }));

  it("names the hosts that are held back from a promotion, and until when", () => {
    const holdBackUntil = timestampFromMs(Date.UTC(2026, 10, 22, 9));
    const text = described({ hosts: hosts(3, (host) => host > 0), holdBackUntil });
    expect(text).to.match(new RegExp(`^Held back +id-1, web-2, until ${formatTime(holdBackUntil)}$`, "m"));
  });

  it("says how many more there are than fit a line", () => {
    expect(described({ hosts: hosts(12, (host) => host > 1) })).to.match(/^Held back +web-2, .*, web-9, and 2 more$/m);
  });

  it("does not mention them when there are none", () => {
    expect(described({ hosts: hosts(3, () => false) })).to.not.contain("Held back");
  });
});
