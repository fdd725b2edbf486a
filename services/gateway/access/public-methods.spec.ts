import { AnalyticsService } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { LoadSimulationService } from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { expect } from "chai";
import { internalMethods, isPublic, publicMethods } from "./public-methods.ts";

const services = [
  ExperimentService,
  DeploymentService,
  LoadSimulationService,
  FleetService,
  PipelineService,
  BenchmarkService,
  AnalyticsService,
];

describe("the gateway's rules", () => {
  it("decide about every call of the contract, once", () => {
    for (const service of services) {
      const decided = [...(publicMethods[service.typeName] ?? []), ...(internalMethods[service.typeName] ?? [])];
      expect(decided.toSorted(), service.typeName).to.deep.equal(service.methods.map(({ name }) => name).toSorted());
    }
  });

  it("name no service that is not in the contract", () => {
    const known = services.map(({ typeName }) => typeName as string);
    expect(known).to.include.members([...Object.keys(publicMethods), ...Object.keys(internalMethods)]);
  });

  it("deny what is not written", () => {
    expect(isPublic("phoenix.benchmark.v1.BenchmarkService", "RecordObservations")).to.equal(false);
    expect(isPublic("phoenix.other.v1.OtherService", "Do")).to.equal(false);
  });
});
