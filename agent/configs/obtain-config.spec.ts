import { expect } from "chai";
import { configDigest, maxConfigBytes, obtainConfig } from "./index.ts";

describe("obtaining a configuration", () => {
  const never = new AbortController().signal;
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

  it("gives the text whose digest was asked for, byte by byte", async () => {
    const text = "\ufeffreceivers: {}\r\n# ä\n";
    const obtained = await obtainConfig(configDigest(bytes(text)), async () => bytes(text), never);
    expect(obtained).to.deep.equal({ ok: true, text });
  });

  it("refuses for good what has another digest", async () => {
    const obtained = await obtainConfig(configDigest("one"), async () => bytes("other"), never);
    expect(obtained).to.include({ ok: false, retryable: false });
    expect(obtained).to.have.property("words").that.contains(configDigest("other").slice(0, 12));
  });

  it("refuses for good what is too large or no text", async () => {
    const large = new Uint8Array(maxConfigBytes + 1);
    expect(await obtainConfig(configDigest(large), async () => large, never)).to.include({
      ok: false,
      retryable: false,
    });
    const binary = Uint8Array.of(0xff, 0xfe, 0x00);
    const obtained = await obtainConfig(configDigest(binary), async () => binary, never);
    expect(obtained).to.include({ ok: false, retryable: false });
    expect(obtained).to.have.property("words").that.contains("UTF-8");
  });

  it("may be asked again when the source failed", async () => {
    const obtained = await obtainConfig(configDigest(""), () => Promise.reject(new Error("nobody there")), never);
    expect(obtained).to.include({ ok: false, retryable: true });
    expect(obtained).to.have.property("words").that.contains("nobody there");
  });

  it("does not outlast an interruption", async () => {
    const interruption = new AbortController();
    const obtained = obtainConfig(configDigest(""), () => new Promise(() => undefined), interruption.signal);
    interruption.abort(new Error("being removed"));
    expect(await obtained).to.include({ ok: false, retryable: true });
  });
});
