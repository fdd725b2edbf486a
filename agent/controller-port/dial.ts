import { readFileSync } from "node:fs";
import { type ChannelCredentials, type ChannelOptions, credentials } from "@grpc/grpc-js";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";

/** Where the agent port is and how it is secured. */
export type DialOptions = {
  /** Host and port, "127.0.0.1:7471" for instance. */
  address: string;
  /** File with the certificate authorities the server's certificate is checked against; TLS is used when given. */
  tlsCaFile?: string | undefined;
  /** Allows cleartext beyond loopback; default false. */
  insecure?: boolean | undefined;
};

const messageLimitBytes = 4 << 20;

/** True for a host:port whose host can only be this machine. */
export function isLoopback(address: string): boolean {
  const host = address.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** How the channel is secured. Throws when a credential would cross a network in clear. */
export function channelCredentials({ address, tlsCaFile, insecure = false }: DialOptions): ChannelCredentials {
  if (tlsCaFile !== undefined) return credentials.createSsl(readFileSync(tlsCaFile));
  if (isLoopback(address) || insecure) return credentials.createInsecure();
  throw phoenixError(
    ErrorReason.INVALID_FIELD,
    `The agent port ${address} is not on this machine and no TLS is set up, so the agent's credential would cross the network in clear. Name the certificate authority's file, or allow it explicitly with --insecure.`,
    { metadata: { address } },
  );
}

/** The options of a channel. Each channel has its own connections, so one channel's back-off never slows another. */
export function channelOptions(address: string): ChannelOptions {
  return {
    "grpc.max_receive_message_length": messageLimitBytes,
    "grpc.max_send_message_length": messageLimitBytes,
    "grpc.keepalive_time_ms": 30_000,
    "grpc.keepalive_timeout_ms": 10_000,
    "grpc.initial_reconnect_backoff_ms": 200,
    "grpc.max_reconnect_backoff_ms": 2_000,
    "grpc.use_local_subchannel_pool": 1,
    // Retries are decided in one place, the uplink.
    "grpc.enable_retries": 0,
    "grpc.enable_channelz": 0,
    "grpc.enable_http_proxy": isLoopback(address) ? 0 : 1,
  };
}
