import { totalmem } from "node:os";

const mebibyte = 1024 * 1024;

/**
 * Memory for pages that the server shares, in MiB: a thirty-second of the
 * machine's, from 64 to 512. It is taken as pages come into use, so a small
 * installation on a large machine uses little of it.
 */
export function sharedBuffersMebibytes(machineBytes: number): number {
  return Math.min(512, Math.max(64, Math.floor(machineBytes / 32 / mebibyte)));
}

/**
 * Settings of the embedded server, on its command line so that a file edited by
 * hand cannot open it to the network. Modest: it shares a machine with the rest.
 */
export function postgresSettings(port: number, durable: boolean): string[] {
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    max_connections: "100",
    shared_buffers: `${sharedBuffersMebibytes(totalmem())}MB`,
    work_mem: "8MB",
    maintenance_work_mem: "64MB",
    max_wal_size: "512MB",
    wal_level: "minimal",
    max_wal_senders: "0",
    jit: "off",
    timezone: "UTC",
    log_timezone: "UTC",
    log_min_messages: "warning",
    // A broken connection of a killed server must free its locks soon.
    tcp_keepalives_idle: "10",
    tcp_keepalives_interval: "5",
    tcp_keepalives_count: "3",
    client_connection_check_interval: "5s",
    ...(durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
