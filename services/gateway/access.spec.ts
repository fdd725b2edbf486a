import { Role } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { createGatewaySite, reasonOf } from "./testing/gateway-site.ts";

after(stopTestDatabases);

const onProd = { env: "prod" };

describe("the rules at work", () => {
  let site: Awaited<ReturnType<typeof createGatewaySite>>;

  beforeEach(async () => {
    site = await createGatewaySite();
  });
  afterEach(() => site.close());

  it("let each role do what the ones before it may, and no more", async () => {
    const calls = {
      look: "experiments",
      run: "StartExperiment",
      approve: "PromoteExperiment",
      keep: "CreateEnrollmentToken",
    };
    const may: Record<string, string[]> = {};
    for (const [name, role] of Object.entries({
      vera: Role.VIEWER,
      olga: Role.OPERATOR,
      anna: Role.APPROVER,
      root: Role.ADMIN,
    })) {
      const { clients } = await site.user(name, [{ role }]);
      const tries = {
        [calls.look]: () => clients.experiments.listExperiments({}),
        [calls.run]: () => clients.experiments.startExperiment({ experimentId: "exp-1" }),
        [calls.approve]: () => clients.experiments.promoteExperiment({ experimentId: "exp-1" }),
        [calls.keep]: () => clients.fleet.createEnrollmentToken({}),
      };
      const allowed: string[] = [];
      for (const [call, answer] of Object.entries(tries)) {
        const outcome = await reasonOf(answer());
        if (outcome === "ok") allowed.push(call);
        else expect(outcome, `${name} ${call}`).to.equal("PERMISSION_DENIED");
      }
      may[name] = allowed;
    }
    expect(may).to.deep.equal({
      vera: ["experiments"],
      olga: ["experiments", "StartExperiment"],
      anna: ["experiments", "StartExperiment", "PromoteExperiment"],
      root: ["experiments", "StartExperiment", "PromoteExperiment", "CreateEnrollmentToken"],
    });
    expect(site.controller.done).to.include.members(["olga StartExperiment exp-1", "root CreateEnrollmentToken"]);
    expect(site.controller.done.join()).to.not.contain("vera");
  });

  it("name the person behind a call, whoever the call says it is", async () => {
    const { accessToken } = await site.user("olga", [{ role: Role.OPERATOR }]);
    const olga = site.as(accessToken, { "x-phoenix-actor": "eve" });
    await olga.experiments.startExperiment({ experimentId: "exp-1" });
    expect(site.controller.done).to.deep.equal(["olga StartExperiment exp-1"]);
  });

  it("serve what services tell each other to nobody", async () => {
    expect(await reasonOf(site.as().fleet.listHosts({}))).to.equal("UNAUTHENTICATED");
    const { methods } = await site.admin.auth.whoAmI({});
    expect(methods).to.include("phoenix.controller.v1.FleetService/ListHosts");
    expect(methods.filter((method) => /RecordObservations|StreamChanges|AnalyzeExperiment/.test(method))).to.deep.equal(
      [],
    );
    const { rules } = await site.admin.auth.getMatrix({});
    expect(rules.map(({ method }) => method)).to.deep.equal(methods);
  });

  it("count a role with labels on the hosts that have them alone", async () => {
    const { clients: olga } = await site.user("olga", [{ role: Role.OPERATOR, labels: onProd }]);
    const denied: Record<string, () => Promise<unknown>> = {
      "a host": () => olga.fleet.getHost({ hostId: "h-2" }),
      "a host by its name": () => olga.fleet.getHost({ hostId: "web-2" }),
      "an experiment": () => olga.experiments.getExperiment({ experimentId: "exp-2" }),
      "starting one": () => olga.experiments.startExperiment({ experimentId: "exp-2" }),
      "one on other hosts": () => olga.experiments.createExperiment(experimentOn({ hosts: ["web-1", "web-2"] })),
      "one on all hosts": () => olga.experiments.createExperiment(experimentOn({})),
      "one on other labels": () => olga.experiments.createExperiment(experimentOn({ labels: { env: "test" } })),
      "a deployment to all": () => olga.deployments.createDeployment({ name: "all" }),
      "looking at it": () => olga.deployments.getDeployment({ deploymentId: "dep-2" }),
      "taking a host over": () =>
        olga.fleet.updateHost({ hostId: "h-2", labels: onProd, updateMask: { paths: ["labels"] } }),
      "giving a host away": () =>
        olga.fleet.updateHost({
          ...{ hostId: "h-1", labels: { env: "test" } },
          updateMask: { paths: ["labels"] },
        }),
    };
    for (const [what, call] of Object.entries(denied))
      expect(await reasonOf(call()), what).to.equal("PERMISSION_DENIED");
    expect(site.controller.done).to.deep.equal([]);

    const allowed: Record<string, () => Promise<unknown>> = {
      "a host": () => olga.fleet.getHost({ hostId: "web-1" }),
      "an experiment": () => olga.experiments.startExperiment({ experimentId: "exp-1" }),
      "one on its hosts": () => olga.experiments.createExperiment(experimentOn({ hosts: ["web-1"] })),
      "one on its labels": () =>
        olga.experiments.createExperiment(experimentOn({ labels: { ...onProd, role: "web" } })),
      "a deployment": () => olga.deployments.createDeployment({ name: "prod", selector: { labels: onProd } }),
      "looking at it": () => olga.deployments.getDeployment({ deploymentId: "dep-1" }),
      "a label more": () =>
        olga.fleet.updateHost({
          ...{ hostId: "h-1", labels: { ...onProd, tier: "1" } },
          updateMask: { paths: ["labels"] },
        }),
    };
    for (const [what, call] of Object.entries(allowed)) expect(await reasonOf(call()), what).to.equal("ok");
  });

  it("tell such a role no more in lists and watches than it may look at", async () => {
    const { clients: vera } = await site.user("vera", [{ role: Role.VIEWER, labels: onProd }]);
    expect((await vera.fleet.listHosts({})).hosts.map(({ hostId }) => hostId)).to.deep.equal(["h-1"]);
    expect((await vera.fleet.countHosts({ anyOf: [{ labels: onProd }] })).counts[0]?.hosts).to.equal(1);
    for (const anyOf of [[], [{}], [{ labels: onProd }, { labels: { env: "test" } }]])
      expect(await reasonOf(vera.fleet.countHosts({ anyOf }))).to.equal("PERMISSION_DENIED");
    const { experiments } = await vera.experiments.listExperiments({});
    expect(experiments.map(({ experimentId }) => experimentId)).to.deep.equal(["exp-1"]);
    const { deployments } = await vera.deployments.listDeployments({});
    expect(deployments.map(({ deploymentId }) => deploymentId)).to.deep.equal(["dep-1"]);
    const seen: string[] = [];
    for await (const { host } of vera.fleet.watchHosts({})) seen.push(host?.hostId ?? "");
    expect(seen).to.deep.equal(["h-1"]);
  });

  it("let such a role look at what concerns no host, and change none of it", async () => {
    const { clients } = await site.user("ann", [{ role: Role.ADMIN, labels: onProd }]);
    expect(await reasonOf(clients.auth.listUsers({}))).to.equal("ok");
    expect(await reasonOf(clients.auth.createUser({ name: "eve" }))).to.equal("PERMISSION_DENIED");
    expect(await reasonOf(clients.auth.createApiToken({ name: "ci", service: true }))).to.equal("PERMISSION_DENIED");
    expect(await reasonOf(clients.fleet.createEnrollmentToken({}))).to.equal("PERMISSION_DENIED");
    expect(await reasonOf(clients.fleet.createEnrollmentToken({ labels: onProd }))).to.equal("ok");
  });
});

describe("tokens for programs", () => {
  let site: Awaited<ReturnType<typeof createGatewaySite>>;

  beforeEach(async () => {
    site = await createGatewaySite();
  });
  afterEach(() => site.close());

  it("act for their user, within their scopes, and for nothing that needs a person", async () => {
    const { clients } = await site.user("olga", [{ role: Role.OPERATOR }]);
    const scopes = ["phoenix.controller.v1.FleetService/*", "phoenix.controller.v1.ExperimentService/StartExperiment"];
    const { secret, token } = await clients.auth.createApiToken({ name: "ci", scopes });
    expect(secret).to.match(/^phx_[\w-]{43}$/);
    const ci = site.as(secret);
    expect((await ci.auth.whoAmI({})).identity).to.deep.include({ name: "olga", scopes });
    expect(await reasonOf(ci.fleet.listHosts({}))).to.equal("ok");
    expect(await reasonOf(ci.experiments.startExperiment({ experimentId: "exp-1" }))).to.equal("ok");
    expect(await reasonOf(ci.experiments.listExperiments({}))).to.equal("PERMISSION_DENIED");
    const whole = site.as((await clients.auth.createApiToken({ name: "all" })).secret);
    expect(await reasonOf(whole.auth.createApiToken({ name: "more" }))).to.equal("PERMISSION_DENIED");
    const stored = await site.db.query("SELECT * FROM api_tokens WHERE token_id = $1", [token?.tokenId]);
    expect(JSON.stringify(stored)).to.not.contain(secret);
  });

  it("may never do more than their maker, nor more than their user may by then", async () => {
    const { clients } = await site.user("olga", [{ role: Role.OPERATOR }]);
    const more = clients.auth.createApiToken({ name: "ci", grants: [{ role: Role.ADMIN, labels: {} }] });
    expect(await reasonOf(more)).to.equal("PERMISSION_DENIED");
    const { secret } = await clients.auth.createApiToken({ name: "ci" });
    const { identity } = await clients.auth.whoAmI({});
    await site.admin.auth.updateUser({
      ...{ userId: identity?.userId ?? "", grants: [{ role: Role.OPERATOR, labels: onProd }] },
      updateMask: { paths: ["grants"] },
    });
    const ci = site.as(secret);
    expect(await reasonOf(ci.experiments.startExperiment({ experimentId: "exp-1" }))).to.equal("ok");
    expect(await reasonOf(ci.experiments.startExperiment({ experimentId: "exp-2" }))).to.equal("PERMISSION_DENIED");
  });

  it("of services have a name that no user can have", async () => {
    const { secret } = await site.admin.auth.createApiToken({
      ...{ name: "admin", service: true },
      grants: [{ role: Role.OPERATOR, labels: {} }],
    });
    await site.as(secret).experiments.startExperiment({ experimentId: "exp-1" });
    expect(site.controller.done).to.deep.equal(["service:admin StartExperiment exp-1"]);
  });

  it("are over when revoked or past their time, and are shown to whom they belong", async () => {
    const { clients } = await site.user("olga", [{ role: Role.OPERATOR }]);
    const { clients: other } = await site.user("otto", [{ role: Role.OPERATOR }]);
    const { secret, token } = await clients.auth.createApiToken({ name: "ci", lifetime: { seconds: 3_600n } });
    const tokenId = token?.tokenId ?? "";
    expect((await other.auth.listApiTokens({})).tokens).to.deep.equal([]);
    expect(await reasonOf(other.auth.listApiTokens({ all: true }))).to.equal("PERMISSION_DENIED");
    expect(await reasonOf(other.auth.revokeApiToken({ tokenId }))).to.equal("PERMISSION_DENIED");
    expect((await site.admin.auth.listApiTokens({ all: true })).tokens).to.have.lengthOf(1);
    expect(await reasonOf(site.as(secret).fleet.listHosts({}))).to.equal("ok");
    await clients.auth.revokeApiToken({ tokenId });
    expect(await reasonOf(site.as(secret).fleet.listHosts({}))).to.equal("UNAUTHENTICATED");
    const short = await clients.auth.createApiToken({ name: "short", lifetime: { seconds: 60n } });
    expect(await reasonOf(site.as(short.secret).fleet.listHosts({}))).to.equal("ok");
    site.pass(61_000);
    expect(await reasonOf(site.as(short.secret).fleet.listHosts({}))).to.equal("UNAUTHENTICATED");
  });

  it("are noted when used, once a minute at most", async () => {
    const { secret, token } = await site.admin.auth.createApiToken({ name: "ci" });
    const useTime = async () => {
      const { tokens } = await site.admin.auth.listApiTokens({});
      return tokens.find(({ tokenId }) => tokenId === token?.tokenId)?.useTime?.seconds;
    };
    expect(await useTime()).to.equal(undefined);
    await site.as(secret).fleet.listHosts({});
    const first = await useTime();
    expect(first).to.not.equal(undefined);
    site.pass(59_000);
    const other = await site.replica();
    await other(secret).fleet.listHosts({});
    expect(await useTime()).to.equal(first);
    site.pass(2_000);
    await (await site.replica())(secret).fleet.listHosts({});
    expect(await useTime()).to.equal(first! + 61n);
  });

  it("are given once: a repeated request makes no other and tells no secret", async () => {
    const request = { requestId: "r-1", name: "ci" };
    await site.admin.auth.createApiToken(request);
    expect(await reasonOf(site.admin.auth.createApiToken(request))).to.equal("REQUEST_ID_REUSED");
    expect((await site.admin.auth.listApiTokens({})).tokens).to.have.lengthOf(1);
  });
});

function experimentOn(hosts: { hosts?: string[]; labels?: Record<string, string> }) {
  const arms = ["baseline", "candidate"].map((variant) => ({ variant, pipeline: { name: `process-${variant}-v1` } }));
  return { name: "try", spec: { hosts: { hosts: [], labels: {}, ...hosts }, arms } };
}
