import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ConnectRouter } from "@connectrpc/connect";
import {
  type ServerReflectionRequest,
  type ServerReflectionResponseSchema,
  ServerReflection as V1,
} from "@phoenix/gen/grpc/reflection/v1/reflection_pb.ts";
import {
  type ServerReflectionRequest as AlphaRequest,
  type ServerReflectionResponseSchema as AlphaResponseSchema,
  ServerReflection as V1Alpha,
} from "@phoenix/gen/grpc/reflection/v1alpha/reflection_pb.ts";
import type { GrpcImplementation } from "../grpc/index.ts";
import type { Reflector } from "./reflector.ts";

type Response = MessageInitShape<typeof ServerReflectionResponseSchema>;
type AlphaResponse = MessageInitShape<typeof AlphaResponseSchema>;

const answerV1 =
  (reflect: Reflector) =>
  (request: ServerReflectionRequest): Response => ({
    validHost: request.host,
    originalRequest: request,
    messageResponse: reflect(request.messageRequest),
  });

const answerAlpha =
  (reflect: Reflector) =>
  (request: AlphaRequest): AlphaResponse =>
    // v1alpha differs from v1 in the names of its types alone, so what is asked and answered is the same data.
    ({
      validHost: request.host,
      originalRequest: request,
      messageResponse: reflect(request.messageRequest as ServerReflectionRequest["messageRequest"]),
    }) as AlphaResponse;

/** Serves both versions on a Connect router. */
export function reflectionRoutes(router: ConnectRouter, reflect: Reflector): void {
  router.service(V1, {
    async *serverReflectionInfo(requests) {
      for await (const request of requests) yield answerV1(reflect)(request);
    },
  });
  router.service(V1Alpha, {
    async *serverReflectionInfo(requests) {
      for await (const request of requests) yield answerAlpha(reflect)(request);
    },
  });
}

/** Version v1 on grpc-js. */
export function grpcReflection(reflect: Reflector): GrpcImplementation<typeof V1> {
  return {
    serverReflectionInfo(call) {
      call.on("data", (request) => call.write(answerV1(reflect)(request)));
      call.on("end", () => call.end());
    },
  };
}

/** Version v1alpha on grpc-js. */
export function grpcReflectionAlpha(reflect: Reflector): GrpcImplementation<typeof V1Alpha> {
  return {
    serverReflectionInfo(call) {
      call.on("data", (request) => call.write(answerAlpha(reflect)(request)));
      call.on("end", () => call.end());
    },
  };
}
