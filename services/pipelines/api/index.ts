// The service's calls: messages in, rooms asked, messages out. One file for each call that is more
// than a look-up; conversions between messages and the rooms' types in messages.ts.
export { createPipelineApi } from "./pipeline-api.ts";
