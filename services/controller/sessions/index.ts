/**
 * The agent port: the conversation with every agent, on a stream or in polls.
 * Promises: who speaks is known from the credential alone; a newer session
 * fences the older ones off; what an agent is owed waits in a bounded outbox;
 * observations are acknowledged once the benchmark has them.
 * stream-session and poll-sessions are the two ways in, agent-link what both
 * are to the dispatcher, conversation what is done with words, ending what
 * every end of a session means. What tasks are is elsewhere: ../tasks.
 */
export { createSessions } from "./create-sessions.ts";
