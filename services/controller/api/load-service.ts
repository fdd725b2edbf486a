import { durationMs } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import {
  LoadSimulationService,
  type StartLoadSimulationRequest,
} from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import type { LoadProfile } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { chooseHosts } from "../experiments/index.ts";
import {
  getLoadSimulation,
  type LoadSettings,
  listLoadSimulations,
  listProfiles,
  type ProfileDeps,
  resolveProfile,
  startLoad,
  stopLoad,
} from "../load-simulations/index.ts";
import { answerOnce } from "./answer-once.ts";
import { answerPrepared } from "./answer-prepared.ts";
import { loadMessage } from "./load-message.ts";
import { cutPage, numberOfPageToken, pageSizeOf, pageTokenFor } from "./page-token.ts";

/** What the service needs. */
export interface LoadServiceOptions extends ProfileDeps {
  db: Database;
  settings: LoadSettings;
  clock: () => Date;
}

const defaultDurationMs = 600_000;
const methods = LoadSimulationService.method;

/** Creates the service of load simulations, as users see it. */
export function createLoadService(options: LoadServiceOptions): ServiceImpl<typeof LoadSimulationService> {
  const { db, settings, clock } = options;
  return {
    async startLoadSimulation(request) {
      requireSelector(request);
      return answerPrepared(
        db,
        methods.startLoadSimulation,
        request,
        () => profileOf(options, request),
        async (tx, profile) => {
          const hosts = await chooseHosts(tx, request.hosts);
          const loadSimulationId = await startLoad(tx, {
            profile,
            hosts,
            processes: request.processes,
            seed: request.seed,
            maxDurationMs: request.maxDuration === undefined ? defaultDurationMs : durationMs(request.maxDuration),
            expiresInMs: settings.startTimeoutMs,
            now: clock(),
          });
          return { loadSimulation: loadMessage(await getLoadSimulation(tx, loadSimulationId)) };
        },
      );
    },
    async stopLoadSimulation(request) {
      return answerOnce(db, methods.stopLoadSimulation, request, async (tx) => {
        const { loadSimulationId, reason } = request;
        const load = await getLoadSimulation(tx, loadSimulationId);
        await stopLoad(tx, load, reason === "" ? "stopped by a user" : reason, clock());
        return { loadSimulation: loadMessage(await getLoadSimulation(tx, loadSimulationId)) };
      });
    },
    async getLoadSimulation({ loadSimulationId }) {
      return { loadSimulation: loadMessage(await getLoadSimulation(db, loadSimulationId)) };
    },
    async listLoadSimulations({ pageSize: wanted, pageToken, running }) {
      const pageSize = pageSizeOf(wanted);
      // A token goes with its filter: behind another one it would skip simulations.
      const list = `loads/${running}`;
      const before = numberOfPageToken(list, pageToken);
      const { page, last } = cutPage(await listLoadSimulations(db, { running, before }, pageSize + 1), pageSize);
      return {
        loadSimulations: page.map((load) => loadMessage(load, false)),
        nextPageToken: last === undefined ? "" : pageTokenFor(list, last.ordinal.toString()),
      };
    },
    async listLoadProfiles() {
      return { profiles: await listProfiles(options) };
    },
  };
}

async function profileOf(deps: ProfileDeps, { load }: StartLoadSimulationRequest): Promise<LoadProfile> {
  // That one of the two is there is the contract's rule.
  return load.case === "custom" ? load.value : resolveProfile(deps, load.value ?? "");
}

function requireSelector({ hosts }: StartLoadSimulationRequest): void {
  if ((hosts?.hosts.length ?? 0) > 0 || Object.keys(hosts?.labels ?? {}).length > 0) return;
  throw phoenixError(
    ErrorReason.INVALID_FIELD,
    "No host is named, and load is not put on every host by mistake. Name hosts, or labels that they have.",
    { metadata: { field: "hosts" } },
  );
}
