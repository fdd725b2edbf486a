import { createServer } from "node:net";

/** Hands out TCP ports on 127.0.0.1 that nothing listens on, no port twice. */
export interface Ports {
  /** The preferred port when it is free, else a free one; it stays taken until given back. */
  take(preferred?: number): Promise<number>;
  /** Notes a port that a running collector holds. */
  note(port: number): void;
  /** Makes a port available again. */
  giveBack(port: number): void;
}

/** Creates the ports of one supervisor. */
export function createPorts(): Ports {
  const taken = new Set<number>();
  return {
    async take(preferred = 0) {
      if (preferred !== 0 && !taken.has(preferred)) {
        // Before the wait, so that a second taker cannot choose it meanwhile.
        taken.add(preferred);
        if ((await tryListen(preferred)) !== null) return preferred;
        taken.delete(preferred);
      }
      for (;;) {
        const port = await tryListen(0);
        if (port === null || taken.has(port)) continue;
        taken.add(port);
        return port;
      }
    },
    note: (port) => void taken.add(port),
    giveBack: (port) => void taken.delete(port),
  };
}

/** Listens for a moment; the port, or null when it is in use. */
function tryListen(port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(null);
      else reject(error);
    });
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : null));
    });
  });
}
