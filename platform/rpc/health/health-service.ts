import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { Health, HealthCheckResponse_ServingStatus as Status } from "@phoenix/gen/grpc/health/v1/health_pb.ts";
import { failCall, type GrpcImplementation } from "../grpc/index.ts";
import type { Serving } from "./serving.ts";

/** Serves grpc.health.v1 on a Connect router. The empty name and every service of the server share one state. */
export function healthRoutes(router: ConnectRouter, serving: Serving, services: ReadonlySet<string>): void {
  router.service(Health, {
    async check({ service }) {
      requireKnown(service, services);
      return { status: await statusNow(serving) };
    },
    async list() {
      return { statuses: await statuses(serving, services) };
    },
    async *watch({ service }, { signal }) {
      yield* watchStatus(serving, service, services, signal);
    },
  });
}

/** The same on grpc-js. */
export function addGrpcHealth(serving: Serving, services: ReadonlySet<string>): GrpcImplementation<typeof Health> {
  return {
    async check({ service }) {
      requireKnown(service, services);
      return { status: await statusNow(serving) };
    },
    async list() {
      return { statuses: await statuses(serving, services) };
    },
    watch(call) {
      const over = new AbortController();
      call.on("close", () => over.abort());
      const send = async (): Promise<void> => {
        for await (const answer of watchStatus(serving, call.request.service, services, over.signal))
          call.write(answer);
        call.end();
      };
      send().catch((error: unknown) => failCall(call, error));
    },
  };
}

function requireKnown(service: string, services: ReadonlySet<string>): void {
  if (service !== "" && !services.has(service))
    throw new ConnectError(`there is no service ${service} here`, Code.NotFound);
}

async function statusNow(serving: Serving): Promise<Status> {
  return (await serving.check()).ready ? Status.SERVING : Status.NOT_SERVING;
}

async function statuses(serving: Serving, services: ReadonlySet<string>): Promise<Record<string, { status: Status }>> {
  const status = await statusNow(serving);
  return Object.fromEntries(["", ...services].map((name) => [name, { status }]));
}

async function* watchStatus(serving: Serving, service: string, services: ReadonlySet<string>, signal: AbortSignal) {
  if (service !== "" && !services.has(service)) {
    // The protocol wants a watch of an unknown service to stay open and say so.
    yield { status: Status.SERVICE_UNKNOWN };
    return;
  }
  for await (const ready of serving.watch(signal)) yield { status: ready ? Status.SERVING : Status.NOT_SERVING };
}
