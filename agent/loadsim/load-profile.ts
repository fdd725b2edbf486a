/** A kind of load, as a list of load profiles shows it. */
export interface LoadProfile {
  /** Its name in requests. */
  readonly name: string;
  /** What it makes of a host, for people. */
  readonly description: string;
  /** Processes it runs at a time when a request does not say. */
  readonly defaultProcesses: number;
  /** Most processes it runs at a time. */
  readonly maxProcesses: number;
}

/** A name that the profile runs, and how such a process behaves. */
export interface LoadRole {
  /** The process's name: at most 14 bytes, so that the kernel cannot cut it. */
  readonly name: string;
  /** How often it is drawn, relative to the others. */
  readonly weight: number;
  /** Its share of the profile's CPU time relative to others, 0 for one that only waits. */
  readonly cpuWeight: number;
  /** Memory it fills, on top of the shell's own, about 1 MiB. */
  readonly memoryBytes: number;
}

/** Everything that makes up a profile. */
export interface LoadProfileDetail extends LoadProfile {
  /** Names that every simulation runs for its whole time, in this order as far as the processes go. */
  readonly anchors: readonly LoadRole[];
  /** What the other long-lived processes are drawn from. */
  readonly others: readonly LoadRole[];
  /** What the short-lived processes are drawn from. */
  readonly shortLived: readonly LoadRole[];
  /** Share of the processes that are short-lived. */
  readonly shortLivedRatio: number;
  /** How long a short-lived process lives: from, to. */
  readonly shortLifetimeMs: readonly [number, number];
  /** CPU time of all processes together, as a share of one core. */
  readonly cpuRatio: number;
}

const MIB = 1024 * 1024;

function role(name: string, weight: number, cpuWeight = 0, memoryBytes = 0): LoadRole {
  return { name, weight, cpuWeight, memoryBytes };
}

const realistic: LoadProfileDetail = {
  name: "realistic",
  description:
    "A busy application server: databases, web servers, language runtimes and system daemons that run throughout, " +
    "and one process in ten that comes and goes every 5 to 20 seconds. Uses at most a fifth of one core in all.",
  defaultProcesses: 100,
  maxProcesses: 200,
  anchors: [
    role("postgres", 1, 6, 2 * MIB),
    role("nginx", 1, 5),
    role("payment-api", 1, 8, 2 * MIB),
    role("redis-server", 1, 4, 2 * MIB),
    role("java", 1, 10, 4 * MIB),
    role("node", 1, 6, 2 * MIB),
    role("python3", 1, 4, 1 * MIB),
    role("sshd", 1),
    role("cron", 1),
    role("order-api", 1, 5, 1 * MIB),
    role("dockerd", 1, 2, 2 * MIB),
    role("containerd", 1, 1, 1 * MIB),
    role("rsyslogd", 1, 1),
    role("dbus-daemon", 1),
    role("chronyd", 1),
  ],
  others: [
    role("postgres", 12, 1, 1 * MIB),
    role("nginx", 8, 1),
    role("php-fpm", 8, 1),
    role("sshd", 6),
    role("python3", 6, 1, 1 * MIB),
    role("java", 3, 3, 4 * MIB),
    role("node", 4, 2, 2 * MIB),
    role("gunicorn", 5, 1, 1 * MIB),
    role("sidekiq", 2, 1, 1 * MIB),
    role("celery", 3, 1, 1 * MIB),
    role("haproxy", 2, 1),
    role("memcached", 2, 1, 1 * MIB),
    role("mysqld", 1, 2, 4 * MIB),
    role("rabbitmq", 1, 1, 1 * MIB),
    role("containerd-shi", 6),
    role("runc", 2),
    role("kubelet", 1, 1, 1 * MIB),
    role("node_exporter", 1),
    role("fluent-bit", 1, 1),
    role("vector", 1, 1),
    role("agetty", 4),
    role("bash", 5),
    role("tmux", 2),
    role("polkitd", 1),
    role("udevd", 1),
    role("networkd", 1),
    role("resolved", 1),
    role("journald", 1, 1),
    role("unbound", 1),
    role("postfix", 2),
    role("dovecot", 2),
    role("snapd", 1),
    role("irqbalance", 1),
    role("smartd", 1),
    role("atd", 1),
    role("search-api", 2, 2, 1 * MIB),
    role("cart-api", 2, 2, 1 * MIB),
    role("mail-worker", 3, 1),
  ],
  shortLived: [
    role("curl", 5, 1),
    role("git", 3, 1),
    role("logrotate", 2, 1),
    role("backup-job", 2, 2),
    role("report-job", 2, 2, 1 * MIB),
    role("health-check", 4),
    role("certbot", 1),
    role("run-parts", 2),
    role("apt-check", 1, 1),
    role("convert", 2, 2, 1 * MIB),
  ],
  shortLivedRatio: 0.1,
  shortLifetimeMs: [5_000, 20_000],
  cpuRatio: 0.2,
};

const profiles: readonly LoadProfileDetail[] = [realistic];

/** The load profiles this agent can run. */
export function listLoadProfiles(): LoadProfile[] {
  return profiles.map(({ name, description, defaultProcesses, maxProcesses }) => ({
    name,
    description,
    defaultProcesses,
    maxProcesses,
  }));
}

/** The profile of this name, or undefined. */
export function findLoadProfile(name: string): LoadProfileDetail | undefined {
  return profiles.find((profile) => profile.name === name);
}
