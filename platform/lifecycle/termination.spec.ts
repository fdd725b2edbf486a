import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const module = fileURLToPath(new URL("./index.ts", import.meta.url));

/** Runs a process that listens and stays; resolves once it says so. */
async function startListening(onSignal: string) {
  const code = `const { onTermination } = await import(${JSON.stringify(module)});
		const stay = setInterval(() => {}, 60_000);
		onTermination((signal) => { console.log(signal); ${onSignal} });
		console.log("listening");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  const words: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => words.push(...text.trim().split("\n")));
  await once(child.stdout, "data");
  return { child, words };
}

describe("onTermination", () => {
  it("hands the first SIGTERM over instead of dying", async () => {
    const { child, words } = await startListening("clearInterval(stay);");
    child.kill("SIGTERM");
    const [code] = await once(child, "close");
    expect({ code, words }).to.deep.equal({ code: 0, words: ["listening", "SIGTERM"] });
  });

  it("ends the process on the second signal", async () => {
    const { child } = await startListening("");
    const told = once(child.stdout, "data");
    child.kill("SIGINT");
    await told;
    child.kill("SIGINT");
    const [code] = await once(child, "close");
    expect(code).to.equal(130);
  });
});
