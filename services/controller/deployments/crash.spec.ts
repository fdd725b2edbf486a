import { create } from "@bufbuild/protobuf";
import { RolloutGatesSchema, RolloutStrategySchema } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { HostSelectorSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Database, Tx } from "@phoenix/platform/database";
import { createLogger } from "@phoenix/platform/logging";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { controllerMigrations } from "../testing/index.ts";
import {
  announceRollout,
  beginRollout,
  createDeploymentReconciler,
  deploymentDefaults,
  insertDeployment,
  insertHosts,
  insertVersion,
  lockDeployment,
  planSteps,
  stepRuleOf,
} from "./index.ts";
import { type DriveDeps, reconcileDeployment } from "./reconcile-deployment.ts";
import type { NewVersion } from "./versions-store.ts";

after(stopTestDatabases);

const started = new Date("2026-11-20T08:00:00Z");
const settings = deploymentDefaults;
const digests = { good: "a".repeat(64), bad: "b".repeat(64) };

/** A database that dies before statement number `at` of its transactions, or before a commit, once. */
function dyingDatabase(db: Database, at: number): Database & { readonly statements: number; readonly died: boolean } {
  let statements = 0;
  let died = false;
  const beat = (): void => {
    statements += 1;
    if (statements !== at) return;
    died = true;
    throw new Error("killed");
  };
  return {
    ...db,
    transaction: (fn, options) =>
      db.transaction(async (tx) => {
        const mortal: Tx = {
          query: (sql, params) => {
            beat();
            return tx.query(sql, params);
          },
        };
        const result = await fn(mortal);
        beat();
        return result;
      }, options),
    get statements() {
      return statements;
    },
    get died() {
      return died;
    },
  };
}

describe("a reconciler of deployments that is killed", () => {
  let db: Database;
  let now = started;
  let names = 0;

  before(async () => {
    db = await createTestDatabase({ migrations: controllerMigrations });
  });
  after(() => db.close());

  const depsOn = (database: Database): DriveDeps => ({
    db: database,
    settings,
    clock: () => now,
    settled: () => true,
    onTaskEnd: async () => undefined,
  });

  const version = (kind: keyof typeof digests, previousVersion: number | null): NewVersion => ({
    ...{ pipeline: "p", pipelineVersion: 1, variables: {}, mustKeep: ["nginx"], intervalSeconds: 15 },
    ...{ configDigest: digests[kind], previousVersion, createTime: now, actor: "me", reason: "" },
  });
  const cause = () => ({ actor: "me", userReason: "", now });

  /** Deploys to four hosts of its own: a canary, then the rest, two at a time. */
  const begin = async (): Promise<string> => {
    names += 1;
    now = started;
    const deploymentId = `d${names}`;
    await db.query("DELETE FROM config_quarantine");
    const members = Array.from({ length: 4 }, (_, index) => ({ hostId: `h${names}-${index}`, ready: true }));
    await db.transaction(async (tx) => {
      for (const { hostId } of members) {
        await tx.query("INSERT INTO hosts (host_id, host_name) VALUES ($1, $1)", [hostId]);
        await tx.query(
          `INSERT INTO agent_status (host_id, facts, state, session, last_seen_at) VALUES ($1, '{}', 'online', 1, now())`,
          [hostId],
        );
      }
      const record = {
        ...{ deploymentId, name: deploymentId, repairDrift: false, wantedVersion: 1, targetVersion: 1 },
        ...{ state: "rolling_out" as const, stateReason: "new", step: 0, steps: 0, settledTime: null },
        selector: create(HostSelectorSchema, { hosts: members.map((member) => member.hostId) }),
        strategy: create(RolloutStrategySchema, { stepPercents: [100], batchHosts: 2, dwell: { seconds: 20n } }),
        gates: create(RolloutGatesSchema),
        createTime: now,
        updateTime: now,
        revision: 1n,
        lastEventSequence: 0n,
      };
      await insertDeployment(tx, record);
      const first = version("good", null);
      await insertVersion(tx, deploymentId, first);
      const { steps, order } = planSteps(deploymentId, members, stepRuleOf(record.strategy));
      await insertHosts(tx, deploymentId, order, { wantedVersion: 1, phase: "waiting", now });
      await placeByName(tx, deploymentId);
      await announceRollout(tx, record, { version: first, number: 1, steps, firstHosts: 1 }, cause());
    });
    return deploymentId;
  };
  /** The same steps whatever the deployment is called, so that histories can be compared. */
  const placeByName = (tx: Tx, deploymentId: string) =>
    tx.query(
      `UPDATE deployment_hosts SET place = right(host_id, 1)::integer,
         step = CASE right(host_id, 1) WHEN '0' THEN 1 ELSE 2 END
       WHERE deployment_id = $1`,
      [deploymentId],
    );

  /** As the agents' answers leave it: they take anything but the bad configuration. */
  const answer = (deploymentId: string) =>
    db.query(
      `UPDATE deployment_hosts d SET phase = CASE WHEN v.config_digest = $2 THEN 'failed' ELSE 'applied' END,
         announced = v.config_digest IS DISTINCT FROM $2, message = CASE WHEN v.config_digest = $2 THEN 'no' ELSE '' END,
         applied_version = CASE WHEN v.config_digest = $2 THEN d.applied_version ELSE d.told_version END,
         applied_time = CASE WHEN v.config_digest = $2 THEN NULL ELSE $3::timestamptz END
       FROM deployment_versions v
       WHERE d.deployment_id = $1 AND d.phase = 'told' AND v.deployment_id = d.deployment_id AND v.version = d.told_version`,
      [deploymentId, digests.bad, now],
    );

  /** Its collectors say that they run what is wanted, so that nothing drifts. */
  const obey = async (deploymentId: string): Promise<void> => {
    await db.query(
      `UPDATE agent_status s SET last_seen_at = now(), collectors = jsonb_build_array(jsonb_build_object(
         'collectorId', 'active', 'state', 'COLLECTOR_STATE_HEALTHY', 'configDigest', v.config_digest))
       FROM deployment_hosts d JOIN deployment_versions v ON v.deployment_id = d.deployment_id AND v.version = d.applied_version
       WHERE s.host_id = d.host_id AND d.deployment_id = $1`,
      [deploymentId],
    );
  };

  const state = async (deploymentId: string): Promise<string> => {
    const [row] = await db.query<{ state: string }>("SELECT state FROM deployments WHERE deployment_id = $1", [
      deploymentId,
    ]);
    return row!.state;
  };

  /** Rolls one version out and another that fails, on a database that may die; a dead one is replaced by a sound one. */
  const live = async (deploymentId: string, mortal: Database): Promise<void> => {
    const signal = new AbortController().signal;
    let failing = false;
    for (let round = 0; round < 60; round += 1) {
      now = new Date(now.getTime() + 20_000);
      await reconcileDeployment(depsOn(mortal), deploymentId, signal).catch(async (error: unknown) => {
        if (!(error instanceof Error) || error.message !== "killed") throw error;
        await reconcileDeployment(depsOn(db), deploymentId, signal);
      });
      await answer(deploymentId);
      await obey(deploymentId);
      const stands = await state(deploymentId);
      if (stands === "rolled_out" && !failing) {
        failing = true;
        await db.transaction(async (tx) => {
          await beginRollout(tx, await lockDeployment(tx, deploymentId), version("bad", 1), cause());
          await placeByName(tx, deploymentId);
        });
      }
      if (stands === "rolled_back") return;
    }
    throw new Error(`${deploymentId} did not come to its end: it is ${await state(deploymentId)}`);
  };

  /** What became of a deployment, without its name and times. */
  const historyOf = async (deploymentId: string) => {
    const number = deploymentId.slice(1);
    const anonymous = (text: string): string => text.replaceAll(`h${number}-`, "h-").replaceAll(deploymentId, "d");
    const events = await db.query<{ sequence: string; type: number; message: string }>(
      "SELECT sequence, type, message FROM deployment_events WHERE deployment_id = $1 ORDER BY sequence",
      [deploymentId],
    );
    const tasks = await db.query<{ dedupe_key: string; action: string }>(
      "SELECT dedupe_key, action FROM agent_tasks WHERE host_id LIKE $1 ORDER BY host_id, dedupe_key",
      [`h${number}-%`],
    );
    const hosts = await db.query<{ host_id: string; step: number; phase: string; told_version: number; drift: string }>(
      "SELECT host_id, step, phase, told_version, drift FROM deployment_hosts WHERE deployment_id = $1 ORDER BY host_id",
      [deploymentId],
    );
    return {
      events: events.map(({ sequence, type, message }) => anonymous(`${sequence} ${type} ${message}`)),
      tasks: tasks.map(({ dedupe_key: key, action }) => anonymous(`${action} ${key}`)),
      hosts: hosts.map((host) => anonymous(JSON.stringify(host))),
    };
  };

  it("loses nothing and tells no host anything twice, at whatever statement it dies", async function () {
    this.timeout(600_000);
    const whole = await begin();
    const immortal = dyingDatabase(db, 0);
    await live(whole, immortal);
    const expected = await historyOf(whole);
    expect(
      expected.events.some((event) => event.includes("GATE_FAILED") || event.includes('The gate "failed"')),
    ).to.equal(true);
    expect(expected.tasks, "four hosts get the first, the canary the second and then the first again").to.have.length(
      6,
    );
    expect(immortal.statements).to.be.above(80);

    for (let at = 1; at <= immortal.statements; at += 1) {
      const deploymentId = await begin();
      const mortal = dyingDatabase(db, at);
      await live(deploymentId, mortal);
      expect(mortal.died, `died at ${at}`).to.equal(true);
      expect(await historyOf(deploymentId), `killed before statement ${at}`).to.deep.equal(expected);
    }
  });

  it("is no worse when several drive the same deployment at the same time", async () => {
    const whole = await begin();
    await live(whole, db);
    const deploymentId = await begin();
    const signal = new AbortController().signal;
    for (let round = 0; round < 60 && (await state(deploymentId)) !== "rolled_out"; round += 1) {
      now = new Date(now.getTime() + 20_000);
      await Promise.all([1, 2, 3].map(() => reconcileDeployment(depsOn(db), deploymentId, signal)));
      await answer(deploymentId);
      await obey(deploymentId);
    }
    expect(await state(deploymentId)).to.equal("rolled_out");
    await live(deploymentId, db);
    expect(await historyOf(deploymentId)).to.deep.equal(await historyOf(whole));
  });

  it("gives its deployments to another as soon as its leases end", async () => {
    await db.query("UPDATE deployments SET state = 'deleting', step = 0, settled_time = NULL, delete_time = now()");
    const deploymentId = await begin();
    const logger = createLogger({ name: "test", level: "silent" });
    const make = () => createDeploymentReconciler({ ...depsOn(db), settings: { ...settings, leaseMs: 300 }, logger });
    const [first, second] = [make(), make()];
    const holder = async () => {
      const [row] = await db.query<{ lease_holder: string | null; ended: boolean }>(
        "SELECT lease_holder, lease_until <= now() AS ended FROM deployments WHERE deployment_id = $1",
        [deploymentId],
      );
      return row!;
    };
    await first.reconcileOnce();
    const before = (await holder()).lease_holder;
    await second.reconcileOnce();
    expect((await holder()).lease_holder, "held by the living").to.equal(before);
    // The first one says nothing any more.
    const deadline = performance.now() + 5_000;
    while (!(await holder()).ended) expect(performance.now()).to.be.below(deadline);
    await second.reconcileOnce();
    expect((await holder()).lease_holder)
      .to.be.a("string")
      .and.not.equal(before);
    await second.stop();
    expect((await holder()).lease_holder, "given back on a stop").to.equal(null);
  });
});
