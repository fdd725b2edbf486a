import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { createConnectTransport } from "@connectrpc/connect-web";
import { Health, HealthCheckResponse_ServingStatus } from "@phoenix/gen/grpc/health/v1/health_pb.ts";
import { ServerReflection } from "@phoenix/gen/grpc/reflection/v1/reflection_pb.ts";
import { AgentService } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import { ExperimentEventType } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { expect } from "chai";
import { createSite, type Site } from "../harness/site.ts";

describe("the ports of a server", function () {
  this.timeout(120_000);
  let site: Site;

  before(async () => {
    site = await createSite();
    await site.startServer();
    await site.startAgent("web-1");
  });

  after(() => site.close());

  const newExperiment = {
    name: "over HTTP",
    spec: {
      hosts: { hosts: ["web-1"] },
      arms: [
        { variant: "baseline", pipeline: { name: "process-baseline-v1" } },
        { variant: "candidate", pipeline: { name: "process-priority-filter-v1" } },
      ],
    },
  };

  it("answer JSON over HTTP/1.1", async () => {
    const response = await fetch(`${site.apiUrl}/phoenix.pipelines.v1.PipelineService/ListPipelines`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(response.status).to.equal(200);
    const { pipelines } = (await response.json()) as { pipelines: { name: string }[] };
    expect(pipelines.map(({ name }) => name)).to.include.members([
      "process-aggregated-v1",
      "process-baseline-v1",
      "process-priority-filter-v1",
    ]);
  });

  it("answer reads as plain GET requests", async () => {
    const path = "phoenix.controller.v1.FleetService/GetHost";
    const query = new URLSearchParams({
      encoding: "json",
      connect: "v1",
      message: JSON.stringify({ hostId: "web-1" }),
    });
    const response = await fetch(`${site.apiUrl}/${path}?${query}`);
    expect(response.status).to.equal(200);
    expect(await response.json()).to.have.nested.property("host.state", "HOST_STATE_ONLINE");
  });

  it("serve a browser's client, a stream included, and end the stream when it leaves", async () => {
    const experiments = createClient(ExperimentService, createConnectTransport({ baseUrl: site.apiUrl }));
    const { experiment } = await experiments.createExperiment(newExperiment);
    const experimentId = experiment?.experimentId ?? "";
    const leaving = new AbortController();
    const seen: ExperimentEventType[] = [];
    try {
      for await (const { event } of experiments.streamExperimentEvents({ experimentId }, { signal: leaving.signal })) {
        if (event === undefined) continue;
        seen.push(event.type);
        if (event.type === ExperimentEventType.CREATED) await experiments.startExperiment({ experimentId });
        if (event.type === ExperimentEventType.PHASE_CHANGED) leaving.abort();
      }
    } catch (error) {
      expect(leaving.signal.aborted, String(error)).to.equal(true);
    }
    expect(seen).to.include.members([ExperimentEventType.CREATED, ExperimentEventType.PHASE_CHANGED]);
    await experiments.cancelExperiment({ experimentId, reason: "test" });
  });

  it("tell a gRPC client what they serve, with no proto files, on both ports", async () => {
    for (const baseUrl of [site.apiUrl, `http://${site.agentAddress}`]) {
      const transport = createGrpcTransport({ baseUrl });
      const names: string[] = [];
      async function* ask() {
        yield { messageRequest: { case: "listServices" as const, value: "" } };
      }
      for await (const answer of createClient(ServerReflection, transport).serverReflectionInfo(ask())) {
        if (answer.messageResponse.case === "listServicesResponse") {
          names.push(...answer.messageResponse.value.service.map(({ name }) => name));
        }
      }
      expect(names).to.include(baseUrl === site.apiUrl ? ExperimentService.typeName : AgentService.typeName);
      const { status } = await createClient(Health, transport).check({});
      expect(status).to.equal(HealthCheckResponse_ServingStatus.SERVING);
    }
  });

  it("keep what services ask of each other to themselves", async () => {
    const response = await fetch(`${site.apiUrl}/phoenix.benchmark.v1.BenchmarkService/RecordObservations`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        observations: [
          {
            experimentId: "exp-1",
            variant: "baseline",
            measurement: { windowStart: "2026-11-21T00:00:00Z", windowSeconds: 5 },
          },
        ],
      }),
    });
    expect(await response.json()).to.have.property("code", "unimplemented");
  });

  it("turn away a page of another site", async () => {
    const response = await fetch(`${site.apiUrl}/phoenix.controller.v1.FleetService/ListHosts`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: "https://elsewhere.example" },
      body: "{}",
    });
    expect(response.status).to.equal(403);
  });

  it("say that they live, that they are ready, and how they do", async () => {
    for (const path of ["healthz", "readyz"])
      expect((await fetch(`${site.apiUrl}/${path}`)).status, path).to.equal(200);
    const metrics = await (await fetch(`${site.apiUrl}/metrics`)).text();
    expect(metrics).to.contain("phoenix_rpc_duration_seconds_bucket");
  });

  it("name the field and the rule that a request breaks", async () => {
    const response = await fetch(`${site.apiUrl}/phoenix.controller.v1.ExperimentService/CreateExperiment`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "", spec: newExperiment.spec }),
    });
    const failure = (await response.json()) as { code: string; message: string };
    expect(failure.code).to.equal("invalid_argument");
    expect(failure.message).to.contain("name");
  });
});
