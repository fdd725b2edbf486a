// Finding a collector binary for this machine: five ways, tried in one fixed order
// (find-collector.ts), each in a file of its own: named, installed, cache, release, build.
// A way either gives a binary that was run and checked, or says in a sentence why not.
export { type FindOptions, findCollector } from "./find-collector.ts";
