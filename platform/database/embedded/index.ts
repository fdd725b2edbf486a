/**
 * A real PostgreSQL of Phoenix's own, for one process that wants no other set-up.
 * It listens on loopback alone, on a free port, with a random password.
 * A server that was killed leaves it running; the next one takes it over.
 * A second server on the same directory is refused: the truth is a session-level
 * advisory lock the living server holds, `server.json` only names the holder.
 *
 * start: the whole · binaries, unprivileged-user: what runs and as whom ·
 * cluster: its files · postmaster: its process · hold: who owns it.
 */
export {
  type EmbeddedDatabase,
  type EmbeddedDatabaseOptions,
  startEmbeddedDatabase,
} from "./start-embedded-database.ts";
