import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** How the network is; what is left out does not disturb. */
export type Weather = {
  /** Added to every piece on its way, in each direction. */
  latencyMs?: number;
  /** The latency varies by up to this much either way. */
  jitterMs?: number;
  bytesPerSecond?: number;
  /** Largest piece that is passed on at a time. */
  sliceBytes?: number;
  /** Nothing arrives, and nobody is told. */
  blackHole?: boolean;
};

/** A piece of network between a client and a server on loopback. */
export type TcpProxy = {
  /** Where clients connect. */
  readonly port: number;
  /** How the network is from now on; what is on its way already has its old due time. */
  setWeather(weather: Weather): void;
  /** Ends every connection in order; new ones pass. */
  cut(): void;
  /** Ends every connection with a RST; new ones pass. */
  reset(): void;
  /** Connections that are open. */
  connections(): number;
  close(): Promise<void>;
};

type Piece = { bytes: Buffer; dueMs: number };

/** Opens a proxy to a port of this machine; `random` gives numbers from 0 to 1 for the jitter. */
export async function createProxy(targetPort: number, random: () => number = Math.random): Promise<TcpProxy> {
  let weather: Weather = {};
  const pairs = new Set<[Socket, Socket]>();
  const closed = new AbortController();

  const waitOutBlackHole = async (socket: Socket): Promise<void> => {
    while (weather.blackHole === true && socket.writable && !closed.signal.aborted) await delay(20);
  };

  /** Carries what one end says to the other: reading, waiting and writing are apart, so latency costs no bandwidth. */
  const carry = async (from: Socket, to: Socket): Promise<void> => {
    const onTheWay: Piece[] = [];
    let arrived = Promise.withResolvers<void>();
    let over = false;
    let lastDueMs = 0;
    const deliver = async (): Promise<void> => {
      for (;;) {
        const piece = onTheWay.shift();
        if (piece === undefined) {
          if (over) break;
          await arrived.promise;
          arrived = Promise.withResolvers<void>();
          continue;
        }
        const early = piece.dueMs - performance.now();
        if (early > 0) await delay(early);
        const slice = weather.sliceBytes ?? piece.bytes.length;
        for (let at = 0; at < piece.bytes.length; at += slice) {
          await waitOutBlackHole(to);
          if (!to.writable) return;
          const bytes = piece.bytes.subarray(at, at + slice);
          if (!to.write(bytes)) await Promise.race([once(to, "drain"), once(to, "close")]);
          const rate = weather.bytesPerSecond;
          if (rate !== undefined) await delay((bytes.length / rate) * 1000);
          // A write of its own: without the turn of the event loop the slices would leave together.
          else if (slice < piece.bytes.length) await delay(0);
        }
      }
      if (to.writable) to.end();
    };
    // The end that is gone closes, and with it the pair: nobody else has to hear of it.
    const delivering = deliver().catch(() => void to.destroy());
    for await (const bytes of from.iterator({ destroyOnReturn: false })) {
      const { latencyMs = 0, jitterMs = 0 } = weather;
      const dueMs = performance.now() + latencyMs + (random() * 2 - 1) * jitterMs;
      // Bytes of a connection keep their order however the latency varies.
      lastDueMs = Math.max(lastDueMs, dueMs);
      onTheWay.push({ bytes: bytes as Buffer, dueMs: lastDueMs });
      arrived.resolve();
      while (onTheWay.length > 64 && !to.destroyed) await delay(5);
    }
    over = true;
    arrived.resolve();
    await delivering;
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const target = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true });
    const pair: [Socket, Socket] = [client, target];
    pairs.add(pair);
    for (const socket of pair) {
      socket.setNoDelay(true);
      // Its other end hears of it by the close below.
      socket.on("error", () => undefined);
      socket.once("close", () => {
        pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
    // A connection that breaks ends the reading of both directions; the close above is all there is to do.
    for (const [from, to] of [pair, [target, client]] as const) carry(from, to).catch(() => from.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");

  const endAll = (how: (socket: Socket) => void): void => {
    for (const pair of [...pairs]) for (const socket of pair) how(socket);
  };
  return {
    port: address.port,
    setWeather(next) {
      weather = next;
    },
    cut: () => endAll((socket) => socket.destroySoon()),
    reset: () => endAll((socket) => socket.resetAndDestroy()),
    connections: () => pairs.size,
    async close() {
      closed.abort();
      weather = {};
      endAll((socket) => socket.destroy());
      if (!server.listening) return;
      server.close();
      await once(server, "close");
    },
  };
}
