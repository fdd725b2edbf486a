import { once } from "node:events";
import { createServer } from "node:net";
import { expect } from "chai";
import { createPorts } from "./ports.ts";

describe("the ports of a supervisor", () => {
  it("are all different, and kept until given back", async () => {
    const ports = createPorts();
    const taken = await Promise.all(Array.from({ length: 20 }, () => ports.take()));
    expect(new Set(taken).size).to.equal(20);
    const [first = 0] = taken;
    expect(await ports.take(first)).to.not.equal(first);
    ports.giveBack(first);
    expect(await ports.take(first)).to.equal(first);
  });

  it("are not those that somebody else listens on", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const busy = typeof address === "object" && address !== null ? address.port : 0;
    expect(await createPorts().take(busy)).to.not.equal(busy);
    server.close();
    await once(server, "close");
    expect(await createPorts().take(busy)).to.equal(busy);
  });
});
