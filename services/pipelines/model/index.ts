// The model of a collector configuration: what one consists of (collector-config.ts), how variables
// become settings (substitute.ts), and what Phoenix adds to a pipeline to make it a whole
// configuration (compose.ts, additions.ts), for an agent's host or a node of a cluster. Pure; facts of a
// host stay ${env:PHX_*} references.
export type { CollectorConfig } from "./collector-config.ts";
export { composeConfig, composeNodeConfig } from "./compose.ts";
export { substitute } from "./substitute.ts";
