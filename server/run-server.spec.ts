import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { resolveServerConfig, runServer } from "./index.ts";

after(stopTestDatabases);

describe("runServer", () => {
  it("says why it could not start, and leaves no connection, though a part of it could not be stopped", async () => {
    const db = await createTestDatabase();
    // A folder is no file that could be removed.
    const readyFile = await mkdtemp(join(tmpdir(), "phoenix-ready-"));
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    try {
      const flags = { services: "benchmark", port: String(port), databaseUrl: db.url, readyFile, logLevel: "error" };
      const failure = await runServer(resolveServerConfig({ flags, env: {} }), {
        firstAdministrator: () => expect.fail("there is no gateway"),
      }).then(
        () => "no failure",
        (error: Error) => error.message,
      );
      expect(failure).to.contain(`port ${port} of 127.0.0.1 cannot be opened`);
      const others = () =>
        db.query(
          `SELECT pid FROM pg_stat_activity
           WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
        );
      // PostgreSQL's processes end a moment after their connections.
      const deadlineMs = Date.now() + 5_000;
      while ((await others()).length > 0 && Date.now() < deadlineMs) await new Promise(setImmediate);
      expect(await others()).to.deep.equal([]);
    } finally {
      await new Promise((resolve) => other.close(resolve));
      await rm(readyFile, { recursive: true });
      await db.close();
    }
  }).timeout(60_000);
});
