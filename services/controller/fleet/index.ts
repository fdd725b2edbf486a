/**
 * The hosts: who they are (hosts), what their agents said last (agent_status),
 * what they are to run outside experiments (active_pipelines), and which
 * configurations nobody is offered again (config_quarantine).
 * What their collectors contain is in component_sets, each set once.
 * Heartbeats are no rows here: agent-liveness stores them in batches, and
 * collector-figures what collectors outside experiments bring in and send out.
 * How a host gets in is in ../enrollment, how its agent is reached in ../sessions.
 */

export { type ActivePipelineRecord, activeCollectorId } from "./active-pipeline-record.ts";
export { getActivePipelines, setActivePipeline, setActivePipelines } from "./active-pipelines.ts";
export { type AgentSign, countLivingHosts, markLostHosts, storeSigns } from "./agent-liveness.ts";
export {
  type AgentState,
  beginAgentSessions,
  storeAgentDeparture,
  storeAgentStates,
  storeCollectorStatus,
} from "./agent-status.ts";
export { changeHost } from "./change-host.ts";
export { type HostFigures, pruneFigures, readFigures, storeFigures } from "./collector-figures.ts";
export {
  findComponentSet,
  findUnknownHost,
  hasComponentSet,
  listHostComponents,
  pruneComponentSets,
  storeComponentSet,
} from "./component-sets.ts";
export {
  clearQuarantine,
  isQuarantined,
  listQuarantine,
  type QuarantineRecord,
  quarantineConfig,
} from "./config-quarantine.ts";
export { countHosts } from "./count-hosts.ts";
export { findHosts } from "./find-hosts.ts";
export { getHostRecord, requireHost } from "./get-host-record.ts";
export { createHostFeed, type HostFeed } from "./host-feed.ts";
export type { HostRecord, HostState } from "./host-record.ts";
export { listHosts } from "./list-hosts.ts";
export { hostChangeChannel, hostRevokedChannel, noticeHostChange } from "./notices.ts";
export { removeHost } from "./remove-host.ts";
