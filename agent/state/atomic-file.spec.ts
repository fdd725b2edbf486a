import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { openStateDirectory } from "./index.ts";

describe("the state directory", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "phoenix-state-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

  it("is private, in a folder that the user of the server's database can pass through", async () => {
    const path = join(folder, "phoenix", "agent");
    await openStateDirectory(path);
    expect(modeOf(path)).to.equal("700");
    expect(modeOf(join(folder, "phoenix"))).to.equal("711");
  });

  it("becomes private again, and leaves the folder it is in as it was", async () => {
    await openStateDirectory(join(folder, "agent"));
    chmodSync(join(folder, "agent"), 0o755);
    chmodSync(folder, 0o750);
    await openStateDirectory(join(folder, "agent"));
    expect(modeOf(join(folder, "agent"))).to.equal("700");
    expect(modeOf(folder)).to.equal("750");
  });
});
