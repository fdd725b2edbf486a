import { create } from "@bufbuild/protobuf";
import { GetRenderedConfigResponseSchema } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { expect } from "chai";
import { createConfigCache } from "./config-cache.ts";

function createPipelines() {
  const asked: string[] = [];
  let broken = false;
  const getRenderedConfig = async ({ configDigest = "" }) => {
    asked.push(configDigest);
    if (broken) throw new Error("away");
    return create(GetRenderedConfigResponseSchema, { config: Buffer.from(configDigest) });
  };
  return {
    asked,
    break: (state: boolean) => {
      broken = state;
    },
    pipelines: { getRenderedConfig } as Parameters<typeof createConfigCache>[0]["pipelines"],
  };
}

describe("createConfigCache", () => {
  it("keeps what was used last, and asks once for calls at the same time", async () => {
    const { asked, pipelines } = createPipelines();
    const cache = createConfigCache({ pipelines, capacity: 2 });
    await Promise.all([cache.get("a"), cache.get("a")]);
    for (const digest of ["b", "a", "c", "a", "b"]) await cache.get(digest);
    expect(asked).to.deep.equal(["a", "b", "c", "b"]);
  });

  it("does not keep a failure", async () => {
    const { pipelines, ...fake } = createPipelines();
    const cache = createConfigCache({ pipelines, capacity: 2 });
    fake.break(true);
    expect(await cache.get("a").catch(() => "failed")).to.equal("failed");
    fake.break(false);
    expect(Buffer.from(await cache.get("a")).toString()).to.equal("a");
  });
});
