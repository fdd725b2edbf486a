import { Code, isPhoenixError } from "@phoenix/platform/errors";
import { expect } from "chai";
import { createAdmission } from "./admission.ts";

describe("createAdmission", () => {
  it("lets a few in at a time, the others in their turn, and turns the rest away", async () => {
    const admission = createAdmission({ maxInside: 2, maxWaiting: 3 });
    const leave: (() => void)[] = [];
    let most = 0;
    let inside = 0;
    const visit = (name: number) =>
      admission
        .run(async () => {
          inside += 1;
          most = Math.max(most, inside);
          await new Promise<void>((resolve) => leave.push(resolve));
          inside -= 1;
          return name;
        })
        .catch((error: unknown) => (isPhoenixError(error) ? error.code : error));
    const visits = [0, 1, 2, 3, 4, 5].map(visit);
    expect(await visits[5]).to.equal(Code.ResourceExhausted);
    for (let gone = 0; gone < 5; ) {
      const next = leave.shift();
      if (next !== undefined) {
        gone += 1;
        next();
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await Promise.all(visits.slice(0, 5))).to.deep.equal([0, 1, 2, 3, 4]);
    expect(most).to.equal(2);
  });

  it("gives the place back when the work fails", async () => {
    const admission = createAdmission({ maxInside: 1, maxWaiting: 0 });
    const failure = await admission.run(() => Promise.reject(new Error("no"))).catch(String);
    expect(failure).to.contain("no");
    expect(await admission.run(async () => "in")).to.equal("in");
  });
});
