import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { expect } from "chai";
import { eventually } from "../harness/eventually.ts";
import { createProxy, type TcpProxy } from "./proxy.ts";

describe("the proxy", () => {
  let server: Server;
  let proxy: TcpProxy;
  let accepted: Socket[];
  let pieces: Buffer[];

  beforeEach(async () => {
    [accepted, pieces] = [[], []];
    server = createServer((socket) => {
      accepted.push(socket);
      socket.on("error", () => undefined);
      socket.on("data", (bytes) => {
        pieces.push(bytes);
        socket.write(bytes);
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    proxy = await createProxy((server.address() as { port: number }).port, () => 0.5);
  });
  afterEach(async () => {
    await proxy.close();
    server.close();
    for (const socket of accepted) socket.destroy();
  });

  const dial = async (port = proxy.port) => {
    const socket = connect(port, "127.0.0.1");
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    const heard: Buffer[] = [];
    let failure: NodeJS.ErrnoException | undefined;
    socket.on("data", (bytes) => heard.push(bytes));
    socket.on("error", (error) => {
      failure = error;
    });
    await once(socket, "connect");
    const hear = (length: number) =>
      eventually(`${length} bytes back`, () => {
        const bytes = Buffer.concat(heard);
        return bytes.length >= length ? bytes : undefined;
      });
    return { socket, closed, hear, failure: () => failure };
  };

  it("passes bytes both ways, whole and in order, in slices too", async () => {
    const client = await dial();
    const sent = Buffer.from(Array.from({ length: 5_000 }, (_, n) => n % 251));
    client.socket.write(sent);
    expect((await client.hear(sent.length)).equals(sent)).to.equal(true);
    proxy.setWeather({ sliceBytes: 100 });
    pieces = [];
    client.socket.write(sent);
    expect((await client.hear(2 * sent.length)).equals(Buffer.concat([sent, sent]))).to.equal(true);
    expect(pieces.length).to.be.greaterThan(10);
  });

  it("delays, and holds a bandwidth", async () => {
    const client = await dial();
    proxy.setWeather({ latencyMs: 100 });
    let begun = performance.now();
    client.socket.write("ping");
    await client.hear(4);
    expect(performance.now() - begun).to.be.greaterThan(195);
    proxy.setWeather({ bytesPerSecond: 10_000, sliceBytes: 500 });
    begun = performance.now();
    client.socket.write(Buffer.alloc(2_000));
    await client.hear(2_004);
    expect(performance.now() - begun).to.be.greaterThan(150);
  });

  it("swallows everything as a black hole and tells nobody, then goes on", async () => {
    const client = await dial();
    proxy.setWeather({ blackHole: true });
    client.socket.write("into the dark");
    const other = await dial();
    other.socket.write("ping");
    const beside = await dial((server.address() as { port: number }).port);
    for (const round of [1, 2, 3]) {
      beside.socket.write("light");
      await beside.hear(round * 5);
    }
    beside.socket.destroy();
    expect(Buffer.concat(pieces).toString()).to.equal("lightlightlight");
    expect([client.socket.destroyed, other.socket.destroyed]).to.deep.equal([false, false]);
    proxy.setWeather({});
    await client.hear(13);
  });

  it("cuts in order, resets by RST, and lets the next connection pass", async () => {
    const first = await dial();
    first.socket.write("a");
    await first.hear(1);
    proxy.cut();
    await first.closed;
    expect(first.failure()).to.equal(undefined);
    const second = await dial();
    second.socket.write("b");
    await second.hear(1);
    proxy.reset();
    await second.closed;
    expect(second.failure()?.code).to.equal("ECONNRESET");
    const third = await dial();
    third.socket.write("c");
    await third.hear(1);
    expect(proxy.connections()).to.equal(1);
  });
});
