import type { Hello } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { type AgentState, storeAgentStates } from "../fleet/index.ts";
import { type AttemptRules, findOpenTasks, resumeTasks } from "../tasks/index.ts";

/** What an agent says in its Hello, and on which session. */
export type Introduction = AgentState & Pick<Hello, "unfinished">;

/** What came of an introduction: tries the agent keeps, tries given back, and whether the host has open tasks. */
export type Introduced = { kept: number; returned: number; hasTasks: boolean };

/**
 * Stores what agents say of themselves and agrees with each on what it works on,
 * all in one transaction; null for one whose session a newer one replaced. A
 * fleet that comes back with nothing in work costs two statements.
 */
export async function introduceAgents(
  db: Database,
  introductions: readonly Introduction[],
  rules: AttemptRules & { leaseMs: number },
): Promise<(Introduced | null)[]> {
  return db.transaction(async (tx) => {
    const stored = await storeAgentStates(tx, introductions);
    const current = introductions.filter(({ hostId }) => stored.has(hostId));
    const open = await findOpenTasks(tx, current);
    const results: (Introduced | null)[] = [];
    for (const introduction of introductions) {
      const { hostId, unfinished } = introduction;
      if (!stored.has(hostId)) results.push(null);
      else {
        const calm = unfinished.length === 0 && open.get(hostId) !== true;
        const counts = calm ? { kept: 0, returned: 0 } : await resumeTasks(tx, introduction, unfinished, rules);
        results.push({ ...counts, hasTasks: open.has(hostId) });
      }
    }
    return results;
  });
}
