import { randomUUID } from "node:crypto";
import { migrations } from "@phoenix/migrations";
import { announceInstance, migrate } from "@phoenix/platform/database";
import { createStack, type Service } from "@phoenix/platform/lifecycle";
import { createLogger } from "@phoenix/platform/logging";
import { createApiServer } from "@phoenix/platform/rpc";
import { createMetrics } from "@phoenix/platform/telemetry";
import { composeServices } from "./compose-services.ts";
import { findServerCollector } from "./find-server-collector.ts";
import { openDatabase } from "./open-database.ts";
import { removeReadyFile, writeReadyFile } from "./ready-file.ts";
import { isLoopback, type ServerConfig } from "./server-config.ts";
import { serverVersion } from "./server-version.ts";

/** A running server. */
export type Server = {
  readonly apiUrl: string;
  /** "host:port" for agents; empty where the controller runs elsewhere. */
  readonly agentAddress: string;
  /** Drains, stops, and lets go of the database. Twice is fine. */
  stop(): Promise<void>;
};

/** What a server tells a person, and no log. */
export type ServerNotices = {
  /** The first administrator's password, told once in the life of a database. */
  firstAdministrator(credential: { name: string; password: string }): void;
};

/**
 * Starts the services of `config` in this process, database first, and resolves
 * once they answer. When a step fails, what was started is stopped again.
 * @throws PhoenixError in one line that says what is in the way.
 */
export async function runServer(config: ServerConfig, notices: ServerNotices): Promise<Server> {
  const logger = createLogger({ name: "phoenix", level: config.logLevel });
  const metrics = createMetrics();
  const database = await openDatabase(config, logger);
  const stack = createStack();
  let disconnect = (): void => undefined;
  let announcement: Service | undefined;
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      logger.info("draining");
      try {
        if (config.readyFile !== undefined) removeReadyFile(config.readyFile);
        await announcement?.stop();
        await stack.stop();
      } finally {
        // Whatever does not end as it should, an embedded PostgreSQL must not be left running by it.
        disconnect();
        await database.close();
      }
      logger.info("stopped");
    })();
    return stopping;
  };
  try {
    const { db } = database;
    await migrate(db, migrations, "up");
    const collector = config.services.includes("pipelines") ? await findServerCollector(logger) : null;
    const composition = composeServices({ config, db, collector, logger, metrics, notices });
    disconnect = composition.disconnect;
    for (const service of composition.services) stack.add(service);
    // With a gateway, what it lets through is what this port serves; without one, the services themselves.
    const gateway = composition.services.filter(({ name }) => name === "gateway");
    const served = gateway.length > 0 ? gateway : composition.services;
    const fallback = served.find((service) => service.fallback !== undefined)?.fallback;
    const api = createApiServer({
      host: config.host,
      port: config.port,
      insecure: config.insecure,
      ...namesOf(config),
      services: served.flatMap(({ descriptors }) => [...descriptors]),
      routes: (router) => {
        for (const service of served) service.routes(router);
      },
      ...(fallback === undefined ? {} : { fallback }),
      interceptors:
        gateway.length > 0 ? gateway.flatMap(({ interceptors = [] }) => [...interceptors]) : [composition.guard],
      logger,
      metrics,
      ready: async () => {
        const ready = await db.healthy();
        return { ready, reasons: ready ? [] : ["the database does not answer or takes no writes"] };
      },
    });
    stack.add({ start: () => api.start(), stop: () => api.stop(config.drainMs) });
    await stack.start();
    const address = api.url.replace(/^https?:\/\//, "");
    const instance = { instanceId: randomUUID(), services: config.services, address, version: serverVersion };
    announcement = announceInstance({ db, instance, logger });
    await announcement.start();
    const port = composition.agentPort();
    const agentAddress = port === undefined ? "" : `${config.host}:${port}`;
    if (config.readyFile !== undefined) {
      writeReadyFile(config.readyFile, { pid: process.pid, apiUrl: api.url, agentAddress });
    }
    logger.info({ apiUrl: api.url, agentAddress, services: config.services }, "phoenix is ready");
    return { apiUrl: api.url, agentAddress, stop };
  } catch (error) {
    // The failure to start is the news, whatever else fails while it is cleared up.
    await stop().catch((failure: unknown) => logger.error({ err: failure }, "what was started could not be stopped"));
    throw error;
  }
}

/** The name and origin that browsers come with when a proxy is in front. */
function namesOf({ publicUrl, host }: ServerConfig): { allowedHosts?: string[]; allowedOrigins?: string[] } {
  if (publicUrl === undefined) return {};
  const { hostname, origin } = new URL(publicUrl);
  // A server that is bound wider answers to any name anyway.
  return { ...(isLoopback(host) ? { allowedHosts: [hostname] } : {}), allowedOrigins: [origin] };
}
