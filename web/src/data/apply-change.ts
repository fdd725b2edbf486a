import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { AnalyticsService } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import type { Change } from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";
import { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { LoadSimulationService } from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";
import { AuthService } from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import type { Query, QueryClient } from "@tanstack/react-query";
import { isAbout } from "./is-about.ts";
import { listenLive } from "./live.ts";

/** What is read anew when something of a kind changed. */
type Reach = { services?: readonly DescService[]; methods?: readonly DescMethod[] };

const { listTasks, getTask } = FleetService.method;

const reach: Readonly<Record<SubjectKind, Reach>> = {
  [SubjectKind.UNSPECIFIED]: {},
  [SubjectKind.EXPERIMENT]: { services: [ExperimentService, AnalyticsService, BenchmarkService] },
  [SubjectKind.HOST]: { methods: FleetService.methods.filter((method) => method !== listTasks && method !== getTask) },
  [SubjectKind.DEPLOYMENT]: { services: [DeploymentService] },
  [SubjectKind.TASK]: { methods: [listTasks, getTask] },
  [SubjectKind.LOAD_SIMULATION]: { services: [LoadSimulationService] },
  [SubjectKind.APPROVAL]: { methods: [AuthService.method.listApprovals] },
};

/** A burst of events reads anew once, at most this often, in ms. */
const gatherMs = 400;

/** Has the cache read anew what live events say has changed, until the function returned is called. */
export function keepFresh(client: QueryClient): () => void {
  let waiting: Change[] = [];
  let timer: number | undefined;
  const flush = (): void => {
    timer = undefined;
    const changes = waiting;
    waiting = [];
    void client.invalidateQueries({ predicate: (query) => concerns(query, changes) });
  };
  const stop = listenLive({
    changed(changes) {
      waiting.push(...changes);
      timer ??= window.setTimeout(flush, gatherMs);
    },
    opened() {
      const openedMs = Date.now();
      void client.invalidateQueries({ predicate: ({ state }) => state.dataUpdatedAt < openedMs });
    },
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}

function concerns({ queryKey }: Query, changes: readonly Change[]): boolean {
  const [first, key] = queryKey as [unknown, { serviceName?: string; methodName?: string; input?: unknown }?];
  if (first !== "connect-query" || key === undefined) return false;
  return changes.some((change) => {
    const { services = [], methods = [] } = reach[change.kind] ?? {};
    const reached =
      services.some(({ typeName }) => typeName === key.serviceName) ||
      methods.some(({ name, parent }) => name === key.methodName && parent.typeName === key.serviceName);
    return reached && isAbout(key.input, change);
  });
}
