import { EventEmitter, once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import * as http2 from "node:http2";
import * as https from "node:https";
import { connect } from "node:net";
import { expect } from "chai";
import { createDualPort, type DualPort } from "./dual-port.ts";
import { loopbackCertificate } from "./fixture/loopback-certificate.ts";

describe("createDualPort", () => {
  let port: DualPort;
  let url: string;
  let number: number;
  const open: (() => void)[] = [];
  const seen = new EventEmitter();
  beforeEach(async () => {
    port = createDualPort({
      firstBytesMs: 150,
      firstStreamMs: 150,
      handler(request, response) {
        if (request.url === "/slow") {
          seen.once("answer", () => response.end("slowly"));
          seen.emit("asked");
          return;
        }
        if (request.url === "/never") {
          response.once("close", () => seen.emit("gone"));
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

  it("notices that an HTTP/2 client is gone which only closed its connection", async () => {
    const socket = connect(number, "127.0.0.1");
    const session = http2.connect(url, { createConnection: () => socket });
    session.on("error", () => undefined);
    const stream = session.request({ ":path": "/never" });
    stream.on("error", () => undefined);
    await once(stream, "response");
    const ended = once(seen, "gone", { signal: AbortSignal.timeout(5_000) });
    socket.destroy();
    await ended;
  });

  it("does not wait for connections that say nothing, or nothing more, when it closes", async () => {
    const silent = connect(number, "127.0.0.1");
    open.push(() => silent.destroy());
    await once(silent, "connect");
    const agent = new Agent({ keepAlive: true });
    open.push(() => agent.destroy());
    const slow = request(`${url}/slow`, { agent }).end();
    await once(seen, "asked");
    const began = performance.now();
    const closed = port.close(60_000);
    seen.emit("answer");
    const [answer] = (await once(slow, "response")) as [IncomingMessage];
    expect(String(await answer.toArray())).to.equal("slowly");
    await closed;
    expect(performance.now() - began).to.be.lessThan(5_000);
  });

  it("takes no new connections once it drains", async () => {
    port.drain();
    const failure = await fetch(url).catch((error: Error) => error.cause as NodeJS.ErrnoException);
    expect((failure as NodeJS.ErrnoException).code).to.equal("ECONNREFUSED");
  });
});

describe("createDualPort with a certificate", () => {
  const { cert } = loopbackCertificate;
  let port: DualPort;
  let url: string;
  beforeEach(async () => {
    port = createDualPort({
      tls: loopbackCertificate,
      handler: (request, response) => void response.end(`HTTP/${request.httpVersion}`),
    });
    url = `https://127.0.0.1:${await port.listen("127.0.0.1", 0)}`;
  });
  afterEach(() => port.close(100));

  it("speaks HTTP/2 with clients that agree on it", async () => {
    const session = http2.connect(url, { ca: cert });
    const stream = session.request({ ":path": "/" });
    expect(String(await stream.toArray())).to.equal("HTTP/2.0");
    session.destroy();
  });

  for (const protocols of [["http/1.1"], undefined]) {
    it(`speaks HTTP/1.1 with a client that offers ${protocols ?? "nothing"}`, async () => {
      const agreement = protocols === undefined ? {} : { ALPNProtocols: protocols };
      const call = https.request(url, { ca: cert, agent: false, ...agreement }).end();
      const [answer] = (await once(call, "response")) as [IncomingMessage];
      expect(String(await answer.toArray())).to.equal("HTTP/1.1");
    });
  }
});
