import { once } from "node:events";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { createLogger } from "@phoenix/platform/logging";
import { HyperLogLog } from "@phoenix/platform/sketch";
import { expect } from "chai";
import { scrapeOf, writeBackwards } from "./fixture/index.ts";
import { createTap, type Tap, type TapArm, type TapWindow } from "./index.ts";

const WINDOW_MS = 5_000;
const T = 1_763_700_000_000;
const PROTOBUF = { "content-type": "application/x-protobuf" };

describe("the tap", () => {
  let nowMs: number;
  let tap: Tap;
  let arm: TapArm;
  let windows: TapWindow[];
  const logger = createLogger({ name: "test", level: "silent" });

  beforeEach(async () => {
    nowMs = T;
    windows = [];
    tap = createTap({ logger, now: () => nowMs, maxBodyBytes: 1024 * 1024 });
    await tap.start();
    arm = tap.open({
      collectorId: "exp.baseline",
      windowMs: WINDOW_MS,
      mustKeep: [/^(?:postgres|payment-.*)$/],
      onWindow: (window) => windows.push(window),
    });
  });

  afterEach(() => tap.stop());

  async function post(body: Uint8Array, headers: Record<string, string> = PROTOBUF, url = arm.url): Promise<Response> {
    const response = await fetch(`${url}/v1/metrics`, { method: "POST", body: new Uint8Array(body), headers });
    return response;
  }

  function closeWindow(): TapWindow {
    nowMs += WINDOW_MS;
    tap.roll(nowMs);
    return windows.at(-1)!;
  }

  it("counts a scrape, plain or under gzip, and answers with an empty 200", async () => {
    const body = writeBackwards(scrapeOf(20));
    const plain = await post(body);
    expect(plain.status).to.equal(200);
    expect(plain.headers.get("content-type")).to.equal("application/x-protobuf");
    expect((await plain.arrayBuffer()).byteLength).to.equal(0);
    expect((await post(gzipSync(body), { ...PROTOBUF, "content-encoding": "gzip" })).status).to.equal(200);

    const window = closeWindow();
    expect(window).to.deep.include({
      startMs: T,
      activeSeries: 220,
      dataPoints: 440,
      metricNames: 6,
      otlpBytes: 2 * body.length,
      requests: 2,
      rejectedRequests: 0,
      openedLate: false,
      incompleteReason: "",
    });
    expect([...window.reportedProcessNames].sort()).to.deep.equal(["payment-api", "postgres"]);
    expect(HyperLogLog.fromBytes(window.sketch).estimate()).to.be.closeTo(220, 5);
  });

  it("keeps two arms apart and gives the same series the same count whatever the order of attributes", async () => {
    const other: TapWindow[] = [];
    const candidate = tap.open({
      collectorId: "exp.candidate",
      windowMs: WINDOW_MS,
      mustKeep: [],
      onWindow: (window) => other.push(window),
    });
    await post(writeBackwards(scrapeOf(30)));
    await post(writeBackwards(scrapeOf(30, true)), PROTOBUF, candidate.url);
    const window = closeWindow();
    expect(other[0]!.activeSeries).to.equal(window.activeSeries);
    expect(other[0]!.sketch).to.deep.equal(window.sketch);
    expect(other[0]!.reportedProcessNames.size).to.equal(0);
  });

  it("refuses what it cannot read, counts the refusal and nothing else", async () => {
    const body = writeBackwards(scrapeOf(10));
    const gzip = { ...PROTOBUF, "content-encoding": "gzip" };
    const bomb = gzipSync(new Uint8Array(4 * 1024 * 1024));
    const refused: [number, Uint8Array, Record<string, string>][] = [
      [400, body.subarray(0, body.length - 3), PROTOBUF],
      [400, Uint8Array.from([0xff, 0xff]), PROTOBUF],
      [400, gzipSync(body).subarray(0, 60), gzip],
      [400, body, gzip],
      [413, bomb, gzip],
      [413, new Uint8Array(1024 * 1024 + 1), PROTOBUF],
      [415, body, { "content-type": "application/json" }],
      [415, body, {}],
      [415, body, { ...PROTOBUF, "content-encoding": "zstd" }],
    ];
    for (const [status, bytes, headers] of refused) {
      const response = await post(bytes, headers);
      expect(response.status).to.equal(status);
      expect(await response.text()).to.match(/\.\n$/);
    }
    expect((await fetch(`${arm.url}/v1/metrics`)).status).to.equal(405);
    expect(closeWindow()).to.deep.include({
      activeSeries: 0,
      dataPoints: 0,
      metricNames: 0,
      otlpBytes: 0,
      requests: 0,
      rejectedRequests: refused.length + 1,
    });
  });

  it("refuses a body that grows past the limit without having said so", async () => {
    const chunk = new Uint8Array(64 * 1024);
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
    const answer = fetch(`${arm.url}/v1/metrics`, { method: "POST", body: endless, headers: PROTOBUF, duplex: "half" });
    // The tap may close before the sender has read its answer; both are a refusal.
    const status = await answer.then(
      (response) => response.status,
      () => 413,
    );
    expect(status).to.equal(413);
    expect(closeWindow()).to.deep.include({ requests: 0, rejectedRequests: 1 });
  });

  it("counts nothing of a request that breaks off", async () => {
    const body = writeBackwards(scrapeOf(10));
    const socket = connect(tap.port, "127.0.0.1");
    await once(socket, "connect");
    const path = new URL(`${arm.url}/v1/metrics`).pathname;
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    socket.end(body.subarray(0, body.length - 1));
    socket.resume();
    await once(socket, "close");
    // A whole request after the broken one shows that the tap has dealt with it.
    await post(body);
    expect(closeWindow()).to.deep.include({ requests: 1, rejectedRequests: 1, dataPoints: 110 });
  });

  it("knows no path but those it gave out, and none after close", async () => {
    const body = writeBackwards(scrapeOf(1));
    expect((await post(body, PROTOBUF, `http://127.0.0.1:${tap.port}`)).status).to.equal(404);
    expect((await post(body, PROTOBUF, arm.url.slice(0, -1))).status).to.equal(404);
    arm.close();
    expect((await post(body)).status).to.equal(404);
    nowMs += WINDOW_MS;
    tap.roll(nowMs);
    expect(windows).to.deep.equal([]);
  });

  it("takes what is sent to a path from before a restart, when told its token", async () => {
    const { token } = arm;
    await tap.stop();
    tap = createTap({ logger, now: () => nowMs });
    await tap.start();
    arm = tap.open({
      collectorId: "exp.baseline",
      token,
      windowMs: WINDOW_MS,
      mustKeep: [],
      onWindow: (w) => windows.push(w),
    });
    expect(arm.token).to.equal(token);
    expect((await post(writeBackwards(scrapeOf(1)))).status).to.equal(200);
    expect(closeWindow()).to.deep.include({ requests: 1, dataPoints: 11 });
  });

  it("refuses a token that could not be a path it gave out", () => {
    const open = (): TapArm =>
      tap.open({ collectorId: "c", token: "../short", windowMs: WINDOW_MS, mustKeep: [], onWindow: () => {} });
    expect(open).to.throw(/43 characters/);
  });

  it("goes on when the one who takes windows throws", async () => {
    tap.open({
      collectorId: "broken",
      windowMs: WINDOW_MS,
      mustKeep: [],
      onWindow: () => {
        throw new Error("no");
      },
    });
    expect(closeWindow().startMs).to.equal(T);
    expect(closeWindow().startMs).to.equal(T + WINDOW_MS);
  });

  it("listens on loopback only, with a token nobody can guess", () => {
    expect(new URL(arm.url).hostname).to.equal("127.0.0.1");
    expect(arm.token).to.match(/^[A-Za-z0-9_-]{43}$/);
  });

  it("can be stopped twice, and with a sender still connected", async () => {
    const socket = connect(tap.port, "127.0.0.1");
    await once(socket, "connect");
    socket.resume();
    const closed = once(socket, "close");
    await Promise.all([tap.stop(), tap.stop()]);
    await closed;
  });
});

describe("a running tap", () => {
  it("closes windows by itself shortly after their end", async () => {
    const tap = createTap({ logger: createLogger({ name: "test", level: "silent" }) });
    await tap.start();
    try {
      const windows: { window: TapWindow; atMs: number }[] = [];
      const two = new Promise<void>((resolve) => {
        tap.open({
          collectorId: "c",
          windowMs: 1_000,
          mustKeep: [],
          onWindow: (window) => {
            windows.push({ window, atMs: Date.now() });
            if (windows.length === 2) resolve();
          },
        });
      });
      await two;
      const [first, second] = windows as [(typeof windows)[0], (typeof windows)[0]];
      expect(first.window.openedLate).to.equal(true);
      expect(second.window.startMs).to.be.at.least(first.window.startMs + 1_000);
      expect(second.window.startMs % 1_000).to.equal(0);
      expect(second.atMs - second.window.startMs).to.be.at.least(1_250);
    } finally {
      await tap.stop();
    }
  });
});
