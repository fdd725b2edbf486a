/**
 * A controller for tests: the real agent port, with a script in place of a
 * fleet. It enrols, welcomes, records all an agent says, and says what a test
 * tells it to, on streams and to polls alike.
 */

export { eventually } from "./eventually.ts";
export { createScriptedController, type ScriptedController } from "./scripted-controller.ts";
