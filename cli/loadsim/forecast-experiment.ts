import type { Arm, Experiment } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Host } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import type { ForecastPipelineResponse } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import type { PhoenixClient } from "../client/phoenix-client.ts";
import { bootIdHere, type RunningProcess } from "./running-processes.ts";

/** What an arm is expected to send, over all hosts of its experiment. */
export type ArmForecast = {
  variant: string;
  pipeline: string;
  activeSeries: number;
  dataPointsPerSecond: number;
  assumptions: string[];
};

/** What an arm was expected to send, and what it sent. */
export type ComparedForecast = ArmForecast & { measured: { activeSeries: number; dataPointsPerSecond: number } };

/** What the experiment itself adds for each host of a machine: a collector for each arm, and the process that holds the load. */
const withExperiment = (arms: number, hosts: number): RunningProcess[] =>
  Array.from({ length: hosts }, () => ["loadsim-host", ...Array.from({ length: arms }, () => "otelcol")])
    .flat()
    .map((name) => ({ name, processes: 1, cpuRatio: 0.01, rssBytes: 50 * 2 ** 20 }));

type Clients = Pick<PhoenixClient, "fleet" | "pipelines" | "benchmark">;

/**
 * Foretells what each arm of an experiment that was started with load will send. `running` are the processes of
 * this machine before it was started: they count for a host that is this machine; of others only the load is known,
 * as often as it runs on their machine.
 */
export async function forecastExperiment(
  client: Clients,
  experiment: Experiment,
  running: readonly RunningProcess[],
): Promise<ArmForecast[]> {
  const arms = experiment.spec?.arms ?? [];
  const answers = await Promise.all(experiment.hosts.map(({ hostId }) => client.fleet.getHost({ hostId })));
  const hosts = hostKinds(answers.flatMap(({ host }) => host ?? []));
  return Promise.all(
    arms.map(async (arm) => {
      const forecasts = await Promise.all(
        hosts.map(async ({ count, isHere, ...host }) => {
          const population = isHere ? [...running, ...withExperiment(arms.length, host.loadsOnMachine)] : [];
          const request = requestFor(experiment, arm, { ...host, population });
          return { count, forecast: await client.pipelines.forecastPipeline(request) };
        }),
      );
      const sum = (figure: (forecast: ForecastPipelineResponse) => number): number =>
        forecasts.reduce((total, { count, forecast }) => total + count * figure(forecast), 0);
      return {
        variant: arm.variant,
        pipeline: arm.pipeline?.name ?? "",
        activeSeries: sum(({ activeSeries }) => activeSeries),
        dataPointsPerSecond: sum(({ dataPointsPerSecond }) => dataPointsPerSecond),
        assumptions: [...new Set(forecasts.flatMap(({ forecast }) => forecast.assumptions))],
      };
    }),
  );
}

/** Puts what was measured beside a forecast. Arms of which nothing is measured are left out. */
export async function compareForecast(
  client: Clients,
  { experimentId, plan, measureTime, endTime }: Experiment,
  forecasts: readonly ArmForecast[],
): Promise<ComparedForecast[]> {
  const time = { ...(measureTime && { startTime: measureTime }), ...(endTime && { endTime }) };
  const { arms } = await client.benchmark.calculateKpis({
    experimentId,
    warmupWindows: plan?.warmupWindows ?? 0,
    ...time,
  });
  return forecasts.flatMap((forecast) => {
    const kpis = arms.find(({ variant, windows }) => variant === forecast.variant && windows > 0);
    if (kpis === undefined) return [];
    const measured = { activeSeries: kpis.activeSeriesMean, dataPointsPerSecond: kpis.dataPointsPerSecond };
    return [{ ...forecast, measured }];
  });
}

type HostKind = { cpuCount: number; isHere: boolean; loadsOnMachine: number; count: number };

/** Hosts that are alike to a forecast, and how many there are of each kind. */
function hostKinds(hosts: readonly Host[]): HostKind[] {
  const here = bootIdHere();
  const onMachine = new Map<string, number>();
  for (const { facts } of hosts) onMachine.set(facts?.bootId ?? "", (onMachine.get(facts?.bootId ?? "") ?? 0) + 1);
  const kinds = new Map<string, HostKind>();
  for (const { facts } of hosts) {
    const { cpuCount = 0, bootId = "" } = facts ?? {};
    // Agents that share the boot of a kernel share its processes.
    const loadsOnMachine = bootId === "" ? 1 : (onMachine.get(bootId) ?? 1);
    const kind = { cpuCount, isHere: bootId !== "" && bootId === here, loadsOnMachine };
    const key = Object.values(kind).join(" ");
    kinds.set(key, { ...kind, count: (kinds.get(key)?.count ?? 0) + 1 });
  }
  return [...kinds.values()];
}

function requestFor(
  { spec, plan, productionIntervalSeconds }: Experiment,
  { variant, pipeline }: Arm,
  host: { cpuCount: number; loadsOnMachine: number; population: RunningProcess[] },
) {
  // A window has at least one scrape, so an experiment may scrape more often than the pipeline does elsewhere.
  const windowSeconds = plan?.windowSeconds ?? 0;
  const hastens = windowSeconds > 0 && windowSeconds < (productionIntervalSeconds[variant] ?? 0);
  const variables = { ...pipeline?.variables, ...(hastens ? { interval: `${windowSeconds}s` } : {}) };
  return {
    pipeline: { name: pipeline?.name ?? "", version: pipeline?.version ?? 0, variables },
    mustKeep: spec?.mustKeep ?? [],
    loadProfile: spec?.load?.profile ?? "",
    ...(spec?.load?.custom === undefined ? {} : { customLoad: spec.load.custom }),
    loadProcesses: spec?.load?.processes ?? 0,
    seed: spec?.load?.seed ?? 0n,
    ...host,
  };
}
