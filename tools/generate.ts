/**
 * `npm run generate`: fetches the third-party contracts into the ignored folder
 * `proto-vendor/`, lints ours, and writes `gen/`. With `--check` it writes
 * nothing that stays and fails when `gen/` is not what the contract makes.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const vendor = join(root, "proto-vendor");
const require = createRequire(join(root, "package.json"));

/** A file of a third-party contract and the ways to get it, first one that works. */
type Source = { to: string; npm?: [pkg: string, path: string]; go?: [module: string, path: string]; buf?: string };

const sources: Source[] = [
  {
    to: "buf/validate/validate.proto",
    go: ["github.com/bufbuild/protovalidate@v1.2.2", "proto/protovalidate/buf/validate/validate.proto"],
    buf: "buf.build/bufbuild/protovalidate:v1.2.2",
  },
  {
    to: "google/rpc/error_details.proto",
    go: ["github.com/gogo/googleapis@v1.4.1", "google/rpc/error_details.proto"],
    buf: "buf.build/googleapis/googleapis",
  },
  { to: "grpc/health/v1/health.proto", npm: ["grpc-health-check", "proto/health/v1/health.proto"] },
  {
    to: "grpc/reflection/v1/reflection.proto",
    npm: ["@grpc/reflection", "build/proto/grpc/reflection/v1/reflection.proto"],
  },
  {
    to: "grpc/reflection/v1alpha/reflection.proto",
    npm: ["@grpc/reflection", "build/proto/grpc/reflection/v1alpha/reflection.proto"],
  },
];

function npmFile([pkg, path]: [string, string]): string {
  let dir = dirname(require.resolve(pkg));
  while (!existsSync(join(dir, path))) {
    const parent = dirname(dir);
    if (parent === dir) throw new Error(`${pkg} has no ${path}`);
    dir = parent;
  }
  return join(dir, path);
}

function goFile([module, path]: [string, string]): string | undefined {
  const out = spawnSync("go", ["mod", "download", "-json", module], { encoding: "utf8" });
  if (out.status !== 0) return undefined;
  const file = join((JSON.parse(out.stdout) as { Dir: string }).Dir, path);
  return existsSync(file) ? file : undefined;
}

function fetchSource(source: Source): void {
  const target = join(vendor, source.to);
  if (existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  if (source.npm) {
    cpSync(npmFile(source.npm), target);
    return;
  }
  const viaGo = source.go && goFile(source.go);
  if (viaGo) {
    cpSync(viaGo, target);
    return;
  }
  const out =
    source.buf === undefined ? undefined : spawnSync("buf", ["export", source.buf, "--path", source.to, "-o", vendor]);
  if (out?.status !== 0) {
    throw new Error(
      `cannot get ${source.to}: install Go, or make buf.build reachable, then run "npm run generate" again`,
    );
  }
}

function buf(...args: string[]): void {
  execFileSync("buf", args, { cwd: root, stdio: "inherit" });
}

/** Fetches third-party contracts, and lints the contract. */
function lint(): void {
  for (const source of sources) fetchSource(source);
  buf("lint");
  buf("format", "--exit-code", "-d", "proto");
}

if (process.argv.includes("--check")) {
  lint();
  const scratch = join(root, "proto-vendor", ".gen-check");
  rmSync(scratch, { recursive: true, force: true });
  const template = readFileSync(join(root, "buf.gen.yaml"), "utf8").replace(
    "out: gen",
    `out: ${JSON.stringify(scratch)}`,
  );
  buf("generate", "--template", template);
  const diff = spawnSync("diff", ["-r", "-x", "package.json", join(root, "gen"), scratch], { encoding: "utf8" });
  rmSync(scratch, { recursive: true, force: true });
  if (diff.status !== 0) {
    process.stderr.write(`${diff.stdout}gen/ is not what proto/ makes: run "npm run generate" and commit the result\n`);
    process.exit(1);
  }
} else {
  const manifest = readFileSync(join(root, "gen/package.json"));
  for (const source of sources) fetchSource(source);
  buf("format", "-w", "proto");
  lint();
  for (const dir of ["buf", "google", "grpc", "phoenix"])
    rmSync(join(root, "gen", dir), { recursive: true, force: true });
  buf("generate");
  if (!readFileSync(join(root, "gen/package.json")).equals(manifest)) throw new Error("gen/package.json changed");
}
