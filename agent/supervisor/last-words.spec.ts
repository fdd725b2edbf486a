import { expect } from "chai";
import { describeExit, lastWords } from "./last-words.ts";

const at = "2026-11-21T08:03:12.643Z";

describe("a collector's last words", () => {
  it("are its plain reason when it gave one", () => {
    const log = `${at}\tinfo\tservice.go:261\tStarting otelcol...\t{}
${at}\terror\tservice.go:300\terror decoding\t{}
Error: cannot start pipelines: listen tcp 127.0.0.1:13133: bind: address already in use
${at}\tinfo\tservice.go:1\tShutdown complete.\t{}
`;
    expect(lastWords(log)).to.equal(
      "Error: cannot start pipelines: listen tcp 127.0.0.1:13133: bind: address already in use",
    );
  });

  it("are its errors when it gave none", () => {
    const log = `${at}\tinfo\ta\tone\n${at}\terror\tb\ttwo\n${at}\tinfo\tc\tthree\n`;
    expect(lastWords(log)).to.equal(`${at}\terror\tb\ttwo`);
  });

  it("are its last three lines when there is no error either", () => {
    expect(lastWords("a\nb\nc\nd\n")).to.equal("b\nc\nd");
    expect(lastWords("")).to.equal("");
  });

  it("are never longer than a person would read", () => {
    expect(lastWords(`panic: ${"x".repeat(10_000)}`).length).to.be.at.most(2_001);
  });

  it("come with how it ended", () => {
    expect(describeExit({ code: 1, signal: null })).to.contain("exit code 1");
    expect(describeExit({ code: null, signal: "SIGKILL" })).to.contain("SIGKILL");
    expect(describeExit({ code: null, signal: null })).to.contain("not known");
  });
});
