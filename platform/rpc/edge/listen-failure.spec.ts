import { createLogger } from "@phoenix/platform/logging";
import { createMetrics } from "@phoenix/platform/telemetry";
import { expect } from "chai";
import { createAgentServer } from "../agent-server.ts";
import { createApiServer } from "../api-server.ts";

const common = {
  logger: createLogger({ name: "test", level: "silent" }),
  metrics: createMetrics({ processMetrics: false }),
};

describe("a port that another process has", () => {
  it("is named by both servers, with what to do", async () => {
    const first = createApiServer({ ...common, port: 0, routes: () => undefined, services: [] });
    await first.start();
    try {
      const { port } = first;
      for (const second of [
        createApiServer({ ...common, port, routes: () => undefined, services: [] }),
        createAgentServer({ ...common, port }),
      ]) {
        const failure = await second.start().then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(String(failure)).to.contain(`port ${port} of 127.0.0.1`).and.to.contain("another process has it");
        await second.stop();
      }
    } finally {
      await first.stop();
    }
  });
});
