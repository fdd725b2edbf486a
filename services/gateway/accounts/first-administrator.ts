import type { Database } from "@phoenix/platform/database";
import { adminEverywhere } from "../access/index.ts";
import { hashPassword, makePassword } from "./passwords.ts";
import { hasNoUsers, insertUser, lockAdministrators } from "./user-store.ts";

/** Name of the first administrator. */
const firstName = "admin";

/**
 * Where nobody may log in yet, makes an administrator and tells name and
 * password to `announce`, which must bring them to a person and into no log.
 * Of several servers that start at the same time, one does.
 */
export async function makeFirstAdministrator(
  db: Database,
  now: Date,
  announce: (credential: { name: string; password: string }) => void,
): Promise<void> {
  if (!(await hasNoUsers(db))) return;
  const password = makePassword();
  const passwordHash = await hashPassword(password);
  await db.transaction(async (tx) => {
    await lockAdministrators(tx);
    if (!(await hasNoUsers(tx))) return;
    await insertUser(tx, {
      name: firstName,
      displayName: "",
      grants: [adminEverywhere],
      passwordHash,
      mustChangePassword: true,
      externalSubject: null,
      createTime: now,
    });
    // Before it counts: a server that dies between the two makes another the next time, and none is lost.
    announce({ name: firstName, password });
  });
}
