import pg from "pg";
import { backoffMs, sleep } from "../lifecycle/index.ts";
import type { Logger } from "../logging/index.ts";
import type { NotificationCallback } from "./database.ts";
import { atTheWall } from "./driver-errors.ts";

/** One connection that listens on any number of channels and comes back by itself. */
export interface Listener {
  /** Resolves once listening, to a function that stops. Rejects when the first connection cannot be had. */
  listen(channel: string, callback: NotificationCallback): Promise<() => Promise<void>>;
  /** Ends the connection and every wait for a new one. */
  close(): Promise<void>;
}

/** How a listener connects. */
export interface ListenerOptions {
  /** Connection settings of the driver. */
  connection: pg.ClientConfig;
  /** Takes a line for each lost connection. */
  logger: Logger;
  /** How often the connection is tried while quiet, in milliseconds; default 10,000. A dead peer sends nothing. */
  heartbeatMs?: number;
}

/** Creates a listener; it connects with the first channel. */
export function createListener({ connection, logger, heartbeatMs = 10_000 }: ListenerOptions): Listener {
  const channels = new Map<string, Set<NotificationCallback>>();
  const closed = new AbortController();
  let current: pg.Client | undefined;
  let opening: Promise<pg.Client> | undefined;
  let recovering: Promise<void> | undefined;

  const call = (callback: NotificationCallback, payload: string): void => {
    try {
      callback(payload);
    } catch (error) {
      logger.error({ err: error }, "a notification callback failed");
    }
  };

  const open = async (): Promise<pg.Client> => {
    const client = new pg.Client({ ...connection, query_timeout: 5_000 });
    let trouble: unknown;
    client.on("error", (error) => {
      trouble ??= error;
      logger.debug({ err: error }, "the listening connection reported an error");
    });
    client.on("notification", ({ channel, payload }) => {
      for (const callback of channels.get(channel) ?? []) call(callback, payload ?? "");
    });
    try {
      await client.connect();
      for (const channel of channels.keys()) await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      await client.end();
      throw error;
    }
    const heartbeat = setInterval(() => {
      client.query("SELECT 1").catch((error: unknown) => {
        trouble ??= error;
        // Ending a connection that hangs makes it report its end, and that starts the recovery.
        return client.end();
      });
    }, heartbeatMs);
    client.once("end", () => {
      clearInterval(heartbeat);
      if (current === client) current = undefined;
      if (!closed.signal.aborted) recovering ??= recover(trouble).finally(() => (recovering = undefined));
    });
    current = client;
    return client;
  };

  const connect = async (): Promise<pg.Client> => {
    if (current !== undefined) return current;
    opening ??= open().finally(() => (opening = undefined));
    return opening;
  };

  const recover = async (trouble: unknown): Promise<void> => {
    logger.warn({ err: trouble }, "the connection that listens for notifications was lost; connecting again");
    for (let attempt = 0; !closed.signal.aborted && channels.size > 0; attempt++) {
      await sleep(backoffMs(attempt, { baseMs: 100, maxMs: 5_000 }), closed.signal);
      if (closed.signal.aborted) return;
      try {
        await connect();
      } catch (error) {
        logger.debug({ err: error, attempt }, "still no connection to listen on");
        continue;
      }
      logger.info("listening for notifications again");
      for (const callbacks of channels.values()) for (const callback of callbacks) call(callback, "");
      return;
    }
  };

  const forget = async (channel: string, callback: NotificationCallback): Promise<void> => {
    const callbacks = channels.get(channel);
    if (callbacks?.delete(callback) !== true || callbacks.size > 0) return;
    channels.delete(channel);
    // A connection that is gone listens to nothing; a new one will not ask for this channel.
    await current?.query(`UNLISTEN ${pg.escapeIdentifier(channel)}`).catch(() => undefined);
  };

  return {
    async listen(channel, callback) {
      const callbacks = channels.get(channel) ?? new Set();
      channels.set(channel, callbacks);
      callbacks.add(callback);
      try {
        const client = await atTheWall(connect);
        await atTheWall(() => client.query(`LISTEN ${pg.escapeIdentifier(channel)}`));
      } catch (error) {
        await forget(channel, callback);
        throw error;
      }
      return () => forget(channel, callback);
    },
    async close() {
      closed.abort();
      channels.clear();
      await recovering;
      // A connection that could not be opened has nothing to end.
      const client = (await opening?.catch(() => undefined)) ?? current;
      await client?.end();
    },
  };
}
