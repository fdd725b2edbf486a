// What the collectors of hosts contain, as agents and controller name it to each other: by a digest.
export { type ComponentTypes, componentsDigest } from "./components-digest.ts";
