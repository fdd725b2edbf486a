import { askCollector } from "./ask-collector.ts";

/** Says whether the collector with this health port is ready. */
export type HealthProbe = (healthPort: number) => Promise<boolean>;

/** Asks the health_check extension; anything but a 2xx within a second is "not ready". */
export const probeHealth: HealthProbe = async (healthPort) => (await askCollector(healthPort, "/", 1_000))?.ok ?? false;
