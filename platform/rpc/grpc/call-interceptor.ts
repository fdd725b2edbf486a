import type { DescMethod, DescService, Message } from "@bufbuild/protobuf";
import type { Code } from "@connectrpc/connect";
import * as grpc from "@grpc/grpc-js";
import { type CallRecorder, findInvalid, requestIdHeader } from "../interceptors/index.ts";
import { toGrpcStatus } from "./status.ts";

/** Creates the interceptor of an agent server: request id, validation of every message, log and metrics. */
export function createCallInterceptor(begin: CallRecorder, services: readonly DescService[]): grpc.ServerInterceptor {
  const methods = new Map<string, DescMethod>();
  const methodAt = (path: string): DescMethod | undefined => {
    if (methods.size === 0) {
      for (const service of services)
        for (const method of service.methods) methods.set(`/${service.typeName}/${method.name}`, method);
    }
    return methods.get(path);
  };
  return (definition, call) => {
    const method = methodAt(definition.path);
    if (method === undefined) return new grpc.ServerInterceptingCall(call);
    let record: ReturnType<CallRecorder> | undefined;
    return new grpc.ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata(metadata, forward) {
            const [offered] = metadata.get(requestIdHeader);
            record = begin(method, typeof offered === "string" ? offered : undefined);
            metadata.set(requestIdHeader, record.requestId);
            forward(metadata);
          },
          onReceiveMessage(message: Message, forward) {
            const invalid = findInvalid(method.input, message);
            if (invalid === undefined) return forward(message);
            const { code, details, metadata } = toGrpcStatus(record?.fail(invalid) ?? invalid);
            call.sendStatus({ code, details, metadata });
          },
          onCancel: () => record?.end(grpc.status.CANCELLED as number as Code),
        }),
      sendMetadata(metadata, forward) {
        if (record !== undefined) metadata.set(requestIdHeader, record.requestId);
        forward(metadata);
      },
      sendStatus(status, forward) {
        record?.end(
          status.code === grpc.status.OK ? undefined : ((status.code ?? grpc.status.UNKNOWN) as number as Code),
        );
        forward(status);
      },
    });
  };
}
