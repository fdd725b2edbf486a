import { create } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { AnalyticsService } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import { Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ExperimentSpecSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Database, Tx } from "@phoenix/platform/database";
import { createLogger } from "@phoenix/platform/logging";
import { createInProcessTransport } from "@phoenix/platform/rpc";
import { createMetrics } from "@phoenix/platform/telemetry";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { createEndHoldBack, createRollOut } from "../promotion/index.ts";
import { controllerMigrations } from "../testing/index.ts";
import {
  createReconciler,
  deadlineOf,
  experimentDefaults,
  insertExperiment,
  makePlan,
  type ReconcileDeps,
  reconcileExperiment,
  startExperiment,
} from "./index.ts";

after(stopTestDatabases);

const digest = "d".repeat(64);
const standInDigest = "b".repeat(64);
const arm = { pipeline: "p", version: 1, digest, uniform: true, intervalSeconds: 5, productionIntervalSeconds: 15 };
const started = new Date("2026-11-20T08:00:00Z");

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

describe("a reconciler that is killed", () => {
  let db: Database;
  let clock = { now: started };
  let names = 0;
  const logger = createLogger({ name: "test", level: "silent" });
  const analytics = createClient(
    AnalyticsService,
    createInProcessTransport(
      (router) => {
        router.service(AnalyticsService, {
          calibrateExperiment: () => ({
            calibration: { pairWindows: 8, autocorrelation: 0, autocorrelationTimeWindows: 1 },
            blockWindows: 2,
          }),
          analyzeExperiment: ({ candidateVariants, final }) => ({
            verdicts: candidateVariants.map((variant) => ({
              variant,
              decision: final ? Decision.REJECT : Decision.CONTINUE,
              reason: final ? "too little is saved." : "more is needed.",
            })),
          }),
        });
      },
      { logger, metrics: createMetrics({ processMetrics: false }) },
    ),
  );

  before(async () => {
    db = await createTestDatabase({ migrations: controllerMigrations });
  });
  after(async () => {
    await db.close();
  });

  const depsOn = (database: Database): ReconcileDeps => ({
    db: database,
    analytics,
    settings: experimentDefaults,
    clock: () => clock.now,
    rollOut: createRollOut(),
    endHoldBack: createEndHoldBack(),
  });

  /** As the agents' answers to starts and updates leave it. */
  const obey = (experimentId: string) =>
    db.query("UPDATE experiment_arms SET state = 'running' WHERE experiment_id = $1 AND state = 'starting'", [
      experimentId,
    ]);

  /** Starts an experiment on two hosts of its own, with an A/A period of so many seconds. */
  const begin = async (calibrationSeconds = 0): Promise<string> => {
    names += 1;
    const experimentId = `e${names}`;
    const hosts = ["a", "b"].map((name) => ({ hostId: `${name}${names}`, hostName: `${name}${names}` }));
    clock = { now: started };
    await db.transaction(async (tx) => {
      for (const { hostId, hostName } of hosts) {
        await tx.query("INSERT INTO hosts (host_id, host_name) VALUES ($1, $2)", [hostId, hostName]);
        await tx.query("INSERT INTO agent_status (host_id, facts) VALUES ($1, '{}')", [hostId]);
      }
      const spec = create(ExperimentSpecSchema, {
        arms: [{ variant: "baseline" }, { variant: "candidate" }],
        calibrationDuration: { seconds: BigInt(calibrationSeconds) },
      });
      const deadline = { now: started, calibrateTime: null, measureTime: null, plan: null, calibrationMs: 0 };
      const phaseDeadline = deadlineOf("pending", deadline, experimentDefaults)!;
      const fields = { experimentId, name: "try", spec, phaseReason: "new", phaseDeadline, createTime: started };
      const experiment = await insertExperiment(tx, fields);
      const plan = makePlan({ profile: "quick", scopeAccepted: true });
      const digests = { baseline: digest, candidate: digest };
      const start = {
        plan: { ...plan, maximumBlocks: 3 },
        arms: { baseline: arm, candidate: arm },
        hosts: hosts.map((host) => ({ ...host, digests })),
        standInDigest: calibrationSeconds > 0 ? standInDigest : null,
        loadProfile: null,
      };
      const move = { actor: "system", now: started, settings: experimentDefaults };
      await startExperiment(tx, experiment, start, move);
    });
    await obey(experimentId);
    return experimentId;
  };

  /** Lives through the whole experiment on a database that may die; a dead one is replaced by a sound one. */
  const live = async (experimentId: string, mortal: Database): Promise<void> => {
    for (let seconds = 0; seconds <= 180; seconds += 10) {
      clock = { now: new Date(started.getTime() + seconds * 1000) };
      const signal = new AbortController().signal;
      await obey(experimentId);
      await reconcileExperiment(depsOn(mortal), experimentId, signal).catch(async (error: unknown) => {
        if (!(error instanceof Error) || error.message !== "killed") throw error;
        await reconcileExperiment(depsOn(db), experimentId, signal);
      });
    }
  };

  /** What became of an experiment, without its name and times. */
  const historyOf = async (experimentId: string) => {
    const number = experimentId.slice(1);
    const anonymous = (text: string): string => text.replaceAll(number, "#");
    const events = await db.query<{ sequence: string; type: number; message: string }>(
      "SELECT sequence, type, message FROM experiment_events WHERE experiment_id = $1 ORDER BY sequence",
      [experimentId],
    );
    const tasks = await db.query<{ host_id: string; action: string; subject: string }>(
      `SELECT host_id, action, subject FROM agent_tasks WHERE experiment_id = $1 ORDER BY host_id, action, subject`,
      [experimentId],
    );
    return {
      events: events.map(({ sequence, type, message }) => `${sequence} ${type} ${message}`),
      tasks: tasks.map(({ host_id, action, subject }) => anonymous(`${host_id} ${action} ${subject}`)),
    };
  };

  const dieEverywhere = async (calibrationSeconds: number) => {
    const whole = await begin(calibrationSeconds);
    const immortal = dyingDatabase(db, 0);
    await live(whole, immortal);
    const expected = await historyOf(whole);
    expect(expected.events.at(-1)).to.include("nothing changes on the hosts");
    expect(immortal.statements).to.be.above(60);

    for (let at = 1; at <= immortal.statements; at += 1) {
      const experimentId = await begin(calibrationSeconds);
      const mortal = dyingDatabase(db, at);
      await live(experimentId, mortal);
      expect(mortal.died, `died at ${at}`).to.equal(true);
      expect(await historyOf(experimentId), `killed before statement ${at}`).to.deep.equal(expected);
    }
    return expected;
  };

  it("loses nothing and doubles nothing, at whatever statement it dies", async function () {
    this.timeout(60_000);
    const { tasks } = await dieEverywhere(0);
    expect(tasks, "two starts and two stops on each of two hosts").to.have.length(8);
  });

  it("does the same with an A/A period, on each side of the switch to the candidate's own configuration", async function () {
    this.timeout(120_000);
    const { events, tasks } = await dieEverywhere(20);
    expect(tasks, "and an update of the candidate on each").to.have.length(10);
    expect(events.filter((event) => event.includes("A/A period is over"))).to.have.length(1);
    const [arms] = await db.query<{ config_digest: string; next_digest: string | null }>(
      "SELECT config_digest, next_digest FROM experiment_arms WHERE variant = 'candidate' ORDER BY changed_at DESC LIMIT 1",
    );
    expect(arms).to.deep.equal({ config_digest: digest, next_digest: null });
  });

  it("gives its experiments to another as soon as its leases end, and none is driven by two", async () => {
    const experimentId = await begin();
    const settings = { ...experimentDefaults, leaseMs: 300 };
    const make = () => createReconciler({ ...depsOn(db), settings, logger });
    const [first, second] = [make(), make()];
    await first.reconcileOnce();
    const holder = async () => {
      const [row] = await db.query<{ lease_holder: string | null; ended: boolean }>(
        "SELECT lease_holder, lease_until <= now() AS ended FROM experiments WHERE experiment_id = $1",
        [experimentId],
      );
      return row!;
    };
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

  it("is no worse when several drive the same experiment at the same time", async () => {
    const experimentId = await begin();
    const signal = new AbortController().signal;
    for (let seconds = 0; seconds <= 120; seconds += 10) {
      clock = { now: new Date(started.getTime() + seconds * 1000) };
      await Promise.all([1, 2, 3].map(() => reconcileExperiment(depsOn(db), experimentId, signal)));
    }
    const whole = await begin();
    await live(whole, db);
    expect(await historyOf(experimentId)).to.deep.equal(await historyOf(whole));
  });
});
