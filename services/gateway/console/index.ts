/**
 * The web console as files: what was built in web/ goes out with a strict
 * content security policy, compressed as it was built, hashed names for ever.
 * console-files: what there is, read once a build, so that a request can name
 * nothing else · serve-console: requests to answers. Says plainly when nothing was built.
 */
export { serveConsole } from "./serve-console.ts";
