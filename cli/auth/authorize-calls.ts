import { type Client, Code, type Interceptor } from "@connectrpc/connect";
import type { AuthService } from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { fromConnectError } from "@phoenix/platform/errors";
import type { CredentialSource } from "./credential-source.ts";

/** Sends the credential with every call; a unary call that is refused for it is made once more with another. */
export function authorizeCalls(source: CredentialSource, auth: () => Client<typeof AuthService>): Interceptor {
  return (next) => async (request) => {
    const credential = await source.get(auth());
    if (credential === undefined) return next(request);
    request.header.set("authorization", `Bearer ${credential}`);
    try {
      return await next(request);
    } catch (error) {
      if (request.stream || fromConnectError(error).code !== Code.Unauthenticated) throw error;
      const other = await source.get(auth(), credential);
      if (other === undefined || other === credential) throw error;
      request.header.set("authorization", `Bearer ${other}`);
      return next(request);
    }
  };
}
