import { execFile } from "node:child_process";
import { access, chmod, constants, copyFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const limitMs = 20 * 60_000;

/** Built where no package is to be had; the modules are those the collector is made of as well. */
const moduleVersion = "v0.314.0";
const mainPackage = "github.com/prometheus/prometheus/cmd/prometheus";

/**
 * Path of a Prometheus: PHOENIX_PROMETHEUS, then PATH, then Phoenix's cache; else it is unpacked into the cache from
 * the distribution's package (seconds), else built there with Go (minutes). Nothing is installed and no service is
 * started. Throws an Error that names these ways.
 */
export async function findPrometheus(): Promise<string> {
  const named = process.env.PHOENIX_PROMETHEUS;
  if (named) return named;
  const root = process.env.PHOENIX_CACHE_DIR || process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const folder = join(root, "phoenix", "prometheus");
  const cached = join(folder, "prometheus");
  const onPath = (process.env.PATH ?? "").split(delimiter).map((place) => join(place, "prometheus"));
  for (const path of [...onPath, cached]) if (await isExecutable(path)) return path;
  await mkdir(folder, { recursive: true });
  const reasons: string[] = [];
  for (const [way, obtain] of [
    ["the Debian package", unpackPackage],
    ["a build with Go", build],
  ] as const) {
    const place = await mkdtemp(join(folder, "new-"));
    try {
      const binary = await obtain(place);
      await run(binary, ["--version"]);
      // In one step, so that nobody ever finds half of it.
      await rename(binary, cached);
      return cached;
    } catch (error) {
      reasons.push(`${way}: ${lastLine(error)}`);
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  }
  throw new Error(
    "This suite needs a real Prometheus and found none: name one in PHOENIX_PROMETHEUS, put one on PATH, " +
      `or make one of these work: ${reasons.join("; ")}`,
  );
}

/** Downloads the package and unpacks it, which takes no rights and starts no service. */
async function unpackPackage(folder: string): Promise<string> {
  const download = () => run("apt-get", ["-qq", "download", "prometheus"], { cwd: folder, timeout: limitMs });
  await download().catch(async (error: unknown) => {
    // A fresh container has no lists yet.
    if (process.getuid?.() !== 0) throw error;
    await run("apt-get", ["-qq", "update"], { timeout: limitMs });
    return download();
  });
  const [archive] = (await readdir(folder)).filter((name) => name.endsWith(".deb"));
  if (archive === undefined) throw new Error("apt-get left no package");
  await run("dpkg-deb", ["-x", join(folder, archive), folder]);
  const binary = join(folder, "prometheus");
  await copyFile(join(folder, "usr", "bin", "prometheus"), binary);
  await chmod(binary, 0o755);
  return binary;
}

/** Builds as a module of its own: `go install` refuses a module with replacements. Without service discoveries. */
async function build(folder: string): Promise<string> {
  const options = {
    cwd: folder,
    timeout: limitMs,
    env: { ...process.env, GOWORK: "off" },
    maxBuffer: 16 * 1024 * 1024,
  };
  await run("go", ["mod", "init", "phoenix.invalid/prometheus"], options);
  await writeFile(join(folder, "tools.go"), `//go:build tools\n\npackage tools\n\nimport _ "${mainPackage}"\n`);
  await run("go", ["get", `${mainPackage}@${moduleVersion}`], options);
  await run("go", ["build", "-p", "1", "-tags", "remove_all_sd", "-o", "prometheus", mainPackage], options);
  return join(folder, "prometheus");
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch (error) {
    if (["ENOENT", "EACCES", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr || message).trim().split("\n").at(-1) ?? "";
}
