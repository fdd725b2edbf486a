import type { Hello } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { type AgentState, storeAgentStates } from "../fleet/index.ts";
import { type AttemptRules, findEarlierLeases, resumeTasks } from "../tasks/index.ts";

/** What an agent says in its Hello, and on which session. */
export type Introduction = AgentState & Pick<Hello, "unfinished">;

/**
 * Stores what agents say of themselves and agrees with each on what it works on,
 * all in one transaction; null for one whose session a newer one replaced. A
 * fleet that comes back with nothing in work costs two statements.
 */
export async function introduceAgents(
  db: Database,
  introductions: readonly Introduction[],
  rules: AttemptRules & { leaseMs: number },
): Promise<({ kept: number; returned: number } | null)[]> {
  return db.transaction(async (tx) => {
    const stored = await storeAgentStates(tx, introductions);
    const current = introductions.filter(({ hostId }) => stored.has(hostId));
    const earlier = await findEarlierLeases(tx, current);
    const results: ({ kept: number; returned: number } | null)[] = [];
    for (const introduction of introductions) {
      const { hostId, unfinished } = introduction;
      if (!stored.has(hostId)) results.push(null);
      else if (unfinished.length === 0 && !earlier.has(hostId)) results.push({ kept: 0, returned: 0 });
      else results.push(await resumeTasks(tx, introduction, unfinished, rules));
    }
    return results;
  });
}
