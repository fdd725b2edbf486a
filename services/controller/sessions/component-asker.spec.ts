import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import type { AgentLink } from "./agent-link.ts";
import { newAgentSession } from "./agent-session.ts";
import { createComponentAsker } from "./component-asker.ts";

describe("asking what collectors contain", () => {
  let nowMs: number;
  let stored: Set<string>;
  let lookups: number;
  let available: boolean;
  let asked: string[];
  const asker = () =>
    createComponentAsker({
      async isStored(digest) {
        lookups += 1;
        if (!available) throw new Error("the database is away");
        return stored.has(digest);
      },
      logger: createLogger({ name: "test", level: "silent" }),
      now: () => nowMs,
    });
  const session = (hostId: string) => {
    const link: Pick<AgentLink, "requestComponents"> = { requestComponents: () => void asked.push(hostId) };
    const terms = { hostId, session: 1n, credentialExpireAt: new Date(), heartbeatIntervalMs: 1 };
    return newAgentSession(terms, link as AgentLink, true);
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  beforeEach(() => {
    [nowMs, stored, lookups, available, asked] = [0, new Set(), 0, true, []];
  });

  it("asks one of many agents, another when that one keeps silent, and nobody once it is told", async () => {
    const components = asker();
    const sessions = ["a", "b", "c"].map(session);
    for (const one of sessions) components.named(one, "d");
    await settle();
    expect(asked).to.deep.equal(["a"]);
    for (const one of sessions) components.heard(one);
    await settle();
    expect(asked).to.deep.equal(["a"]);
    nowMs += 10_000;
    for (const one of sessions.slice(1)) components.heard(one);
    await settle();
    expect(asked).to.deep.equal(["a", "b"]);
    components.told("d");
    nowMs += 10_000;
    for (const one of sessions) components.heard(one);
    components.named(session("e"), "d");
    await settle();
    expect(asked).to.deep.equal(["a", "b"]);
  });

  it("asks nobody for what another replica stored, and looks seldom", async () => {
    const components = asker();
    stored.add("d");
    for (let n = 0; n < 1_000; n++) components.named(session(`h${n}`), "d");
    await settle();
    expect([asked, lookups]).to.deep.equal([[], 1]);
    nowMs += 600_000;
    stored.clear();
    components.named(session("later"), "d");
    await settle();
    expect(asked).to.deep.equal(["later"]);
  });

  it("asks nothing of agents that name none, and looks again after the database was away", async () => {
    const components = asker();
    components.named(session("old"), "");
    expect(lookups).to.equal(0);
    available = false;
    const agent = session("a");
    components.named(agent, "d");
    await settle();
    available = true;
    nowMs += 10_000;
    components.heard(agent);
    await settle();
    expect(asked).to.deep.equal(["a"]);
  });
});
