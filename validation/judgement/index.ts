// What a collector says of a configuration: whether it has the components (check-components.ts), then whether
// it accepts it (judge-config.ts), as findings at the place that its words name (ask-collector.ts).
export { askCollector } from "./ask-collector.ts";
export { checkComponents } from "./check-components.ts";
export { judgeConfig } from "./judge-config.ts";
