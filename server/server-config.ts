import { homedir } from "node:os";
import { join } from "node:path";
import { type ConfigOf, type ConfigSources, field, resolveConfig } from "@phoenix/platform/config";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";

/** The services a server can run, in the order they are started. */
export const serviceNames = ["pipelines", "benchmark", "analytics", "controller", "gateway"] as const;

/** Name of a service. */
export type ServiceName = (typeof serviceNames)[number];

/** Where state lives by custom: of the system for root, whose home PostgreSQL's own user cannot enter, else of the user. */
function defaultDataDir(): string {
  if (process.getuid?.() === 0) return "/var/lib/phoenix";
  return join(process.env.XDG_STATE_HOME || join(homedir(), ".local", "state"), "phoenix");
}

/** Every key of a server's configuration. */
export const serverSchema = {
  services: field.list({
    description: "services this process runs, separated by commas",
    default: [...serviceNames],
  }),
  host: field.text({ description: "address the ports are bound to", default: "127.0.0.1" }),
  port: field.integer({ description: "API port; 0 takes a free one", default: 7470, min: 0, max: 65_535 }),
  agentPort: field.integer({
    description: "port for agents, of the controller; 0 takes a free one",
    default: 7471,
    min: 0,
    max: 65_535,
  }),
  insecure: field.boolean({
    description: "allow an address other than loopback although there is no TLS yet",
    default: false,
  }),
  open: field.boolean({
    description: "ask nobody to log in: everyone who reaches the port is an administrator; loopback only",
    default: false,
  }),
  fourEyes: field.boolean({
    description: "have a second person approve promotions, and deployments to the whole fleet",
    default: false,
  }),
  publicUrl: field.text({
    description: "address under which people reach this server, where a proxy is in front",
  }),
  oidcIssuer: field.text({ description: "address of an OpenID Connect issuer whose people may log in" }),
  oidcClientId: field.text({ description: "this server's client id there" }),
  oidcClientSecret: field.text({ description: "its secret; none for a public client", secret: true }),
  oidcTitle: field.text({ description: "what to call that login", default: "Company login" }),
  oidcScopes: field.text({ description: "scopes asked for, with blanks between", default: "openid profile email" }),
  oidcRolesClaim: field.text({ description: "claim that names a person's groups", default: "groups" }),
  oidcRoles: field.list({
    description: "what groups may do: group=role or group=role:label=value;label=value",
    default: [],
  }),
  dataDir: field.text({
    description: "folder of the embedded database",
    default: defaultDataDir(),
  }),
  databaseUrl: field.text({
    description: "an external PostgreSQL, 15 or newer, instead of the embedded one",
    secret: true,
  }),
  databasePoolSize: field.integer({ description: "most connections to the database", default: 10, min: 2, max: 500 }),
  controllerUrl: field.text({ description: "address of the controller, where it runs elsewhere" }),
  pipelinesUrl: field.text({ description: "address of pipelines, where it runs elsewhere" }),
  benchmarkUrl: field.text({ description: "address of benchmark, where it runs elsewhere" }),
  analyticsUrl: field.text({ description: "address of analytics, where it runs elsewhere" }),
  remoteWriteUrl: field.text({
    description: "Prometheus remote-write address that collectors export to outside shadow mode",
  }),
  prometheusUrl: field.text({
    description: "address of a Prometheus-compatible server that the taps' figures are compared with",
  }),
  prometheusUser: field.text({ description: "user of that server, with prometheusPassword" }),
  prometheusPassword: field.text({ description: "password of that server", secret: true }),
  prometheusToken: field.text({ description: "bearer token of that server, instead of a user", secret: true }),
  readyFile: field.text({ description: "file written once everything answers, with addresses and process id" }),
  logLevel: field.choice(["trace", "debug", "info", "warn", "error"], {
    description: "least level that is logged",
    default: "info",
  }),
  drainMs: field.durationMs({ description: "how long calls may take to end when the server stops", default: 10_000 }),
} as const;

/** A server's configuration, resolved once. */
export type ServerConfig = ConfigOf<typeof serverSchema>;

/**
 * Resolves a server's configuration and checks what no single key can.
 * @throws PhoenixError INVALID_FIELD that says what to change.
 */
export function resolveServerConfig(sources: ConfigSources): ServerConfig {
  const config = resolveConfig(serverSchema, sources);
  const unknown = config.services.filter((name) => !(serviceNames as readonly string[]).includes(name));
  if (unknown.length > 0 || config.services.length === 0) {
    throw refusal(`--services names ${unknown.join(", ") || "nothing"}: there are ${serviceNames.join(", ")}`);
  }
  if (!isLoopback(config.host) && config.open) {
    throw refusal(
      `--open makes everyone an administrator who reaches the port, and --host ${config.host} can be reached from ` +
        "other machines: bind to 127.0.0.1, or have people log in",
    );
  }
  if (!isLoopback(config.host) && !config.insecure) {
    throw refusal(
      `--host ${config.host} can be reached from other machines, and there is no TLS yet, so passwords would cross ` +
        "the network in clear: bind to 127.0.0.1 and put a proxy with TLS in front, or say --insecure",
    );
  }
  if (config.publicUrl !== undefined && !/^https?:\/\/[^/]+\/?$/.test(config.publicUrl)) {
    throw refusal(`--public-url takes an address such as https://phoenix.example.com, not ${config.publicUrl}`);
  }
  const whole = serviceNames.every((name) => config.services.includes(name));
  if (!whole && config.databaseUrl === undefined) {
    throw refusal("services that run apart share one PostgreSQL: name it with --database-url");
  }
  return config;
}

/** True for an address that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

function refusal(message: string) {
  return phoenixError(ErrorReason.INVALID_FIELD, message);
}
