/**
 * Every migration of Phoenix, in order. Each table belongs to one service, and
 * each file here to the owner of its tables. Names end in 13 digits that give
 * the order: 1700000000001 for the file 0001, and so on.
 */
import type { MigrationClass } from "@phoenix/platform/database";
import { Platform1700000000001 } from "./0001-platform.ts";

/** The migrations, oldest first. */
export const migrations: MigrationClass[] = [Platform1700000000001];
