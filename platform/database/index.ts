/**
 * PostgreSQL. One wall for the driver: what comes out of here is a row or a
 * house error, never a socket error. Statements are SQL, parameters are `$1`.
 * Values are as `pg` gives them: bigint and numeric as text, timestamptz as
 * Date, bytea as Buffer, json as its value.
 *
 * create-database: pool, transactions, LISTEN · embedded/: our own PostgreSQL ·
 * migrate: schema up and down · request-log: one answer per request id ·
 * service-instances: who is up · driver-errors: the wall.
 */
export { createDatabase, type DatabaseOptions } from "./create-database.ts";
export type { Database, NotificationCallback, Queryable, TransactionOptions, Tx } from "./database.ts";
export { isUniqueViolation, translateDriverError } from "./driver-errors.ts";
export { type EmbeddedDatabase, type EmbeddedDatabaseOptions, startEmbeddedDatabase } from "./embedded/index.ts";
export { type MigrateOptions, type MigrationClass, type MigrationStatus, migrate } from "./migrate.ts";
export { pruneRequestLog, type RequestIdentity, withRequestId } from "./request-log.ts";
export { type AnnounceOptions, announceInstance, listInstances, type ServiceInstance } from "./service-instances.ts";
