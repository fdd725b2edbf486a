/** A metric of a scraper: whether it is on without being asked for, and how many values each of its attributes has. */
export type ScrapedMetric = {
  readonly on: boolean;
  readonly attributes: Readonly<Record<string, number>>;
  /** One series for each logical processor, where the attribute `cpu` is asked for. */
  readonly byCpu?: true;
  /** It compares two scrapes, so a process has none in its first. */
  readonly secondScrape?: true;
};

const on = (attributes: ScrapedMetric["attributes"] = {}): ScrapedMetric => ({ on: true, attributes });
const off = (attributes: ScrapedMetric["attributes"] = {}): ScrapedMetric => ({ on: false, attributes });

/**
 * What the scrapers of the host_metrics receiver report on Linux, by scraper and metric. Scrapers whose number of
 * series is that of disks, mounts or network interfaces are not here. Source: metadata.yaml of each scraper,
 * opentelemetry-collector-contrib v0.160.0, and a collector of this version asked.
 */
export const scrapers: Readonly<Record<string, Readonly<Record<string, ScrapedMetric>>>> = {
  process: {
    "process.cpu.time": on({ state: 3 }),
    "process.cpu.utilization": { ...off({ state: 3 }), secondScrape: true },
    "process.disk.io": on({ direction: 2 }),
    "process.disk.operations": off({ direction: 2 }),
    "process.memory.usage": on(),
    "process.memory.virtual": on(),
    "process.memory.utilization": off(),
    "process.context_switches": off({ context_switch_type: 2 }),
    "process.paging.faults": off({ paging_fault_type: 2 }),
    "process.open_file_descriptors": off(),
    "process.signals_pending": off(),
    "process.threads": off(),
    "process.uptime": off(),
  },
  cpu: {
    "system.cpu.time": { ...on({ state: 8 }), byCpu: true },
    "system.cpu.utilization": { ...off({ state: 8 }), byCpu: true },
    "system.cpu.logical.count": on(),
    "system.cpu.physical.count": off(),
  },
  memory: {
    "system.memory.usage": on({ state: 6 }),
    "system.memory.utilization": off({ state: 6 }),
    "system.memory.limit": off(),
    "system.memory.page_size": off(),
    "system.linux.memory.available": off(),
    "system.linux.memory.dirty": off(),
    "system.memory.linux.shared": off(),
  },
  load: {
    "system.cpu.load_average.1m": on(),
    "system.cpu.load_average.5m": on(),
    "system.cpu.load_average.15m": on(),
  },
  processes: {
    // Blocked and running always; idle kernel threads and sleeping processes on every host. Others come and go.
    "system.processes.count": on({ status: 4 }),
    "system.processes.created": on(),
  },
  system: { "system.uptime": on() },
};
