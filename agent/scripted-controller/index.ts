/**
 * A controller for tests: the real agent port, with a script in place of a
 * fleet. It enrols, welcomes, records all an agent says, and says what a test
 * tells it to, on streams and to polls alike. And a proxy to stand before it.
 */

export { eventually } from "./eventually.ts";
export { createHttp1Proxy, type Http1Proxy } from "./http1-proxy.ts";
export { createScriptedController, type ScriptedController } from "./scripted-controller.ts";
