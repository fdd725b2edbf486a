import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { expect } from "chai";
import { retryWhileUnavailable } from "./store-retry.ts";

const away = () => phoenixError(ErrorReason.DATABASE_UNAVAILABLE, "away");

describe("retryWhileUnavailable", () => {
  it("tries again while the database is away, and gives the result", async () => {
    let tries = 0;
    const work = async () => {
      tries += 1;
      if (tries < 3) throw away();
      return "stored";
    };
    expect(await retryWhileUnavailable(work, new AbortController().signal)).to.equal("stored");
    expect(tries).to.equal(3);
  });

  it("tries once when it is aborted already, and never repeats another failure", async () => {
    let tries = 0;
    const fail = (error: Error) => async () => {
      tries += 1;
      throw error;
    };
    const failures = [
      await retryWhileUnavailable(fail(away()), AbortSignal.abort()).catch((error: Error) => error.message),
      await retryWhileUnavailable(fail(new Error("bug")), new AbortController().signal).catch((e: Error) => e.message),
    ];
    expect({ tries, failures }).to.deep.equal({ tries: 2, failures: ["away", "bug"] });
  });
});
