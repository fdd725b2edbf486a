import { once } from "node:events";
import * as http2 from "node:http2";
import { connect } from "node:net";
import { expect } from "chai";
import { createDualPort, type DualPort } from "./dual-port.ts";

describe("createDualPort", () => {
  let port: DualPort;
  let url: string;
  let number: number;
  const open: (() => void)[] = [];
  beforeEach(async () => {
    port = createDualPort({
      firstBytesMs: 150,
      firstStreamMs: 150,
      handler(request, response) {
        if (request.url === "/never") {
          response.writeHead(200);
          response.write("so far\n");
          return;
        }
        response.writeHead(200);
        response.end(`HTTP/${request.httpVersion}`);
      },
    });
    number = await port.listen("127.0.0.1", 0);
    url = `http://127.0.0.1:${number}`;
  });
  afterEach(async () => {
    for (const close of open.splice(0)) close();
    await port.close(100);
  });

  const get2 = async (session: http2.ClientHttp2Session, path: string): Promise<http2.ClientHttp2Stream> => {
    const stream = session.request({ ":path": path });
    await once(stream, "response");
    return stream;
  };
  const connect2 = async (): Promise<http2.ClientHttp2Session> => {
    const session = http2.connect(url);
    session.on("error", () => undefined);
    open.push(() => session.destroy());
    await once(session, "connect");
    return session;
  };

  it("speaks HTTP/1.1 and HTTP/2 on the same port", async () => {
    expect(await (await fetch(url)).text()).to.equal("HTTP/1.1");
    const stream = await get2(await connect2(), "/");
    expect(String(await stream.toArray())).to.equal("HTTP/2.0");
  });

  it("understands a client whose first bytes come one by one", async () => {
    const socket = connect(number, "127.0.0.1").setNoDelay(true);
    open.push(() => socket.destroy());
    await once(socket, "connect");
    const sent = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n";
    // "P" is also how the HTTP/2 preface begins.
    for (const letter of sent) await new Promise((resolve) => socket.write(letter, resolve));
    const [answer] = await once(socket, "data");
    expect(String(answer)).to.match(/^HTTP\/1\.1 200/);
  });

  it("drops a client that says nothing", async () => {
    const socket = connect(number, "127.0.0.1");
    open.push(() => socket.destroy());
    await once(socket, "close", { signal: AbortSignal.timeout(5_000) });
  });

  it("drops an HTTP/2 client that calls nothing", async () => {
    const session = await connect2();
    await once(session, "close", { signal: AbortSignal.timeout(5_000) });
  });

  it("refuses an upgrade and answers the request instead", async () => {
    const socket = connect(number, "127.0.0.1");
    open.push(() => socket.destroy());
    socket.write("GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n");
    const [answer] = await once(socket, "data");
    expect(String(answer)).to.match(/^HTTP\/1\.1 200/);
  });

  it("cuts requests that do not end within the grace, of both protocols", async () => {
    const one = await fetch(`${url}/never`);
    const two = await get2(await connect2(), "/never");
    two.on("error", () => undefined);
    const cut = once(two, "close");
    await port.close(50);
    await cut;
    expect(await one.text().catch(() => "cut")).to.equal("cut");
  });

  it("takes no new connections once it drains", async () => {
    port.drain();
    const failure = await fetch(url).catch((error: Error) => error.cause as NodeJS.ErrnoException);
    expect((failure as NodeJS.ErrnoException).code).to.equal("ECONNREFUSED");
  });
});
