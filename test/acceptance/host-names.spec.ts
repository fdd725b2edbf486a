import { join } from "node:path";
import { expect } from "chai";
import { startCommand } from "../harness/phoenix-command.ts";
import { createSite, type Site } from "../harness/site.ts";

describe("several agents on one machine", function () {
  this.timeout(120_000);
  let site: Site;

  before(async () => {
    site = await createSite();
    await site.startServer();
  });

  after(() => site.close());

  it("are as many hosts, each with an id of its own, though the machine is one", async () => {
    await site.startAgents(["web-1", "web-2"]);
    const { hosts } = await site.client.fleet.listHosts({});
    expect(hosts.map(({ facts }) => facts?.hostName)).to.have.members(["web-1", "web-2"]);
    expect(new Set(hosts.map(({ hostId }) => hostId)).size).to.equal(2);
    expect(new Set(hosts.map(({ facts }) => facts?.bootId)).size).to.equal(1);
  });

  it("cannot both have one name: the second is refused and told what to do, the first stays what it was", async () => {
    const before = (await site.client.fleet.getHost({ hostId: "web-1" })).host;
    const { secret } = await site.client.fleet.createEnrollmentToken({ maxUses: 1 });
    const stateDir = join(site.folder, "agent-same-name");
    const args = ["--controller", site.agentAddress, "--state-dir", stateDir, "--host-name", "web-1"];
    const second = startCommand(["agent", ...args], { PHOENIX_ENROLLMENT_TOKEN: secret });
    const { code } = await second.result;
    expect(code).to.not.equal(0);
    expect(second.output()).to.match(/web-1 belongs to another host that is online/);
    expect(second.output()).to.contain("Give this machine another name");

    const after = (await site.client.fleet.getHost({ hostId: "web-1" })).host;
    expect(after?.hostId).to.equal(before?.hostId);
    expect(after?.state).to.equal(before?.state);
    expect((await site.client.fleet.listHosts({})).hosts).to.have.lengthOf(2);
  });
});
