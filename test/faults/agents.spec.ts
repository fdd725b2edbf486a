import { agentFaults } from "./rows/agents.ts";
import { describeFaults } from "./run-group.ts";

describeFaults(agentFaults);
