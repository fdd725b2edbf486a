/**
 * What tests of other packages need from the platform: a database of their own
 * on a real PostgreSQL. Not for product code.
 */
export { createTestDatabase, stopTestDatabases, type TestDatabaseOptions } from "../database/test-database.ts";
