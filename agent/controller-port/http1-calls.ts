import { readFileSync } from "node:fs";
import { createHttp1Transport } from "@phoenix/platform/rpc/http1";
import { readHttp1Failure } from "./call-failure.ts";
import { type DialOptions, isLoopback } from "./dial.ts";
import { bearer, defaultTimeoutMs, type UnaryCalls } from "./unary-calls.ts";

/**
 * Makes unary calls by Connect over HTTP/1.1, which every proxy passes, and
 * through the proxy that `env` names as HTTP_PROXY or HTTPS_PROXY; loopback is
 * always dialled directly.
 */
export function createHttp1Calls({ address, tlsCaFile, env }: DialOptions & { env: NodeJS.ProcessEnv }): UnaryCalls {
  const secured = tlsCaFile !== undefined;
  const transport = createHttp1Transport(`${secured ? "https" : "http"}://${address}`, {
    ca: secured ? readFileSync(tlsCaFile) : undefined,
    proxyEnv: isLoopback(address) ? undefined : env,
  });
  return {
    async call(method, request, { credential, timeoutMs = defaultTimeoutMs, signal } = {}) {
      const headers = credential === undefined ? {} : { authorization: bearer(credential) };
      try {
        return (await transport.unary(method, signal, timeoutMs, headers, request)).message;
      } catch (error) {
        throw readHttp1Failure(error);
      }
    },
    close: () => transport.close(),
  };
}
