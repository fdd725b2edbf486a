import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A plain TCP balancer: connections in turn to what answers. */
export type Balancer = {
  /** Where clients connect. */
  readonly port: number;
  close(): Promise<void>;
};

/** Opens a balancer before some ports of this machine. A port that refuses is passed over. */
export async function createBalancer(targetPorts: readonly number[]): Promise<Balancer> {
  const open = new Set<Socket>();
  let turn = 0;

  const join = (client: Socket, tries: number): void => {
    const port = targetPorts[turn++ % targetPorts.length];
    if (port === undefined || tries === 0) {
      client.destroy();
      return;
    }
    const target = connect(port, "127.0.0.1");
    const end = (): void => {
      client.destroy();
      target.destroy();
      open.delete(target);
    };
    const passOver = (): void => join(client, tries - 1);
    target.once("error", passOver);
    target.once("connect", () => {
      target.off("error", passOver);
      open.add(target);
      // A connection that breaks on one side ends on the other, as in any balancer.
      for (const socket of [client, target]) socket.on("error", end).on("close", end);
      client.pipe(target).pipe(client);
    });
  };

  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (client) => {
    open.add(client);
    client.once("close", () => open.delete(client));
    join(client, targetPorts.length);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
