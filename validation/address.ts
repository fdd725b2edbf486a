/** A host and a port as settings write them, in a URL or not; parts that are references are undefined. */
export type Address = { scheme: string; host: string | undefined; port: number | undefined };

/** Reads `https://host:port/path`, `host:port`, `[::1]:port` and `:port`; undefined for anything else. */
export function readAddress(text: string): Address | undefined {
  const match =
    /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:[^/\s@]*@)?(\[[^\]]*\]|\$\{[^}]*\}|[^:/\s]*)(?::(\d+|\$\{[^}]*\}))?(?:\/\S*)?$/i.exec(
      text,
    );
  if (!match) return undefined;
  const [, scheme = "", host = "", port] = match;
  return {
    scheme: scheme.toLowerCase(),
    host: host.includes("${") ? undefined : host.replaceAll(/[[\]]/g, "").toLowerCase(),
    port: port === undefined || port.startsWith("$") ? undefined : Number(port),
  };
}

/** Says whether a host is this machine and nothing else can reach it. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** Says whether a listener of this host takes connections on every interface. */
export function isEveryInterface(host: string): boolean {
  return host === "" || host === "0.0.0.0" || /^(?:0*:){1,7}:?0*$/.test(host);
}
