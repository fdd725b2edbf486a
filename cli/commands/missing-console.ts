import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const builder = fileURLToPath(new URL("../../tools/build-web.mjs", import.meta.url));
const page = fileURLToPath(new URL("../../web/dist/index.html", import.meta.url));

/**
 * In a checkout whose web console was never built, has it built in a process of
 * its own: the server is up meanwhile and serves it once it is there.
 */
export function buildMissingConsole(): void {
  if (existsSync(page) || !existsSync(builder)) return;
  const built = spawn(process.execPath, [builder, "--if-missing"], { stdio: ["ignore", "ignore", "inherit"] });
  // The console is a convenience of this start: without it the server says on its page what to do.
  built.on("error", (error) => process.stderr.write(`phoenix: the web console is not built: ${error.message}\n`));
  built.unref();
}
