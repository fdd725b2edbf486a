import { randomBytes } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Role, type User, UserSchema } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { isUniqueViolation, type Queryable, type Tx } from "@phoenix/platform/database";
import { Code, ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { type Grant, hasRoleEverywhere, readGrants, type StoredGrant, storeGrants } from "../access/index.ts";

/** A user as the database has it. */
export type UserRecord = {
  userId: string;
  name: string;
  displayName: string;
  grants: Grant[];
  disabled: boolean;
  passwordHash: string | null;
  mustChangePassword: boolean;
  /** Issuer and subject, of a user of OpenID Connect. */
  externalSubject: string | null;
  createTime: Date;
  loginTime: Date | null;
};

/** A row of users. */
export type UserRow = {
  user_id: string;
  name: string;
  display_name: string;
  grants: StoredGrant[];
  disabled: boolean;
  password_hash: string | null;
  must_change_password: boolean;
  external_subject: string | null;
  create_time: Date;
  login_time: Date | null;
};

/** Columns of a {@link UserRow}, of the table named `u`. */
export const userColumns = `u.user_id, u.name, u.display_name, u.grants, u.disabled, u.password_hash,
  u.must_change_password, u.external_subject, u.create_time, u.login_time`;

/** Of all changes to who administers, one at a time. */
const administratorsLock = 7_470_016;

/** A row as a record. */
export function userOfRow(row: UserRow): UserRecord {
  return {
    userId: row.user_id,
    name: row.name,
    displayName: row.display_name,
    grants: readGrants(row.grants),
    disabled: row.disabled,
    passwordHash: row.password_hash,
    mustChangePassword: row.must_change_password,
    externalSubject: row.external_subject,
    createTime: row.create_time,
    loginTime: row.login_time,
  };
}

/** Stores a new user. @throws PhoenixError INVALID_FIELD when the name is taken. */
export async function insertUser(
  tx: Tx,
  user: Omit<UserRecord, "userId" | "disabled" | "loginTime">,
): Promise<UserRecord> {
  const userId = `usr-${randomBytes(8).toString("hex")}`;
  try {
    await tx.query(
      `INSERT INTO users (user_id, name, display_name, grants, password_hash, must_change_password, external_subject,
         create_time) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        ...[userId, user.name, user.displayName, storeGrants(user.grants), user.passwordHash],
        ...[user.mustChangePassword, user.externalSubject, user.createTime],
      ],
    );
  } catch (error) {
    if (!isUniqueViolation(error, "users_name")) throw error;
    throw phoenixError(ErrorReason.INVALID_FIELD, `There is a user ${user.name} already. Choose another name.`, {
      code: Code.AlreadyExists,
      metadata: { field: "name" },
    });
  }
  return { ...user, userId, disabled: false, loginTime: null };
}

/** A user by id. @throws PhoenixError ACCOUNT_NOT_FOUND. */
export async function getUser(q: Queryable, userId: string): Promise<UserRecord> {
  const [row] = await q.query<UserRow>(`SELECT ${userColumns} FROM users u WHERE u.user_id = $1`, [userId]);
  if (row !== undefined) return userOfRow(row);
  throw phoenixError(ErrorReason.ACCOUNT_NOT_FOUND, `There is no user ${userId}. List the users to see the ids.`);
}

/** A user by name, in any case. */
export async function findUserByName(q: Queryable, name: string): Promise<UserRecord | undefined> {
  const [row] = await q.query<UserRow>(`SELECT ${userColumns} FROM users u WHERE lower(u.name) = lower($1)`, [name]);
  return row === undefined ? undefined : userOfRow(row);
}

/** A user of OpenID Connect by issuer and subject. */
export async function findUserBySubject(q: Queryable, subject: string): Promise<UserRecord | undefined> {
  const [row] = await q.query<UserRow>(`SELECT ${userColumns} FROM users u WHERE u.external_subject = $1`, [subject]);
  return row === undefined ? undefined : userOfRow(row);
}

/** Users behind a name, by name. */
export async function listUsers(q: Queryable, after: string | null, limit: number): Promise<UserRecord[]> {
  const rows = await q.query<UserRow>(
    `SELECT ${userColumns} FROM users u WHERE $1::text IS NULL OR lower(u.name) > $1 ORDER BY lower(u.name) LIMIT $2`,
    [after, limit],
  );
  return rows.map(userOfRow);
}

/** True when nobody is there yet. */
export async function hasNoUsers(q: Queryable): Promise<boolean> {
  return (await q.query("SELECT 1 FROM users LIMIT 1")).length === 0;
}

/** Stores what may change of a user. */
export async function updateUser(tx: Tx, user: UserRecord): Promise<void> {
  await tx.query(
    `UPDATE users SET display_name = $2, grants = $3, disabled = $4, password_hash = $5, must_change_password = $6
     WHERE user_id = $1`,
    [
      ...[user.userId, user.displayName, storeGrants(user.grants), user.disabled],
      ...[user.passwordHash, user.mustChangePassword],
    ],
  );
}

/** Notes a login. */
export async function noteLogin(q: Queryable, userId: string, now: Date): Promise<void> {
  await q.query("UPDATE users SET login_time = $2 WHERE user_id = $1", [userId, now]);
}

/** Deletes a user with sessions and tokens. */
export async function deleteUser(tx: Tx, userId: string): Promise<void> {
  await tx.query("DELETE FROM users WHERE user_id = $1", [userId]);
}

/** Waits for its turn to change who administers; taken before anything that may take an administrator away. */
export async function lockAdministrators(tx: Tx): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock($1)", [administratorsLock]);
}

/** Refuses to leave nobody who administers and may log in. @throws PhoenixError INVALID_FIELD. */
export async function requireAdministrator(tx: Tx): Promise<void> {
  const rows = await tx.query<UserRow>(`SELECT ${userColumns} FROM users u WHERE NOT u.disabled`);
  if (rows.some((row) => hasRoleEverywhere(readGrants(row.grants), Role.ADMIN))) return;
  throw phoenixError(
    ErrorReason.INVALID_FIELD,
    "Then nobody would be left who administers everywhere and may log in. Give that role to someone else first.",
    { code: Code.FailedPrecondition },
  );
}

/** A user as the contract has it. */
export function userMessage(user: UserRecord): User {
  const { userId, name, displayName, grants, disabled, mustChangePassword, createTime, loginTime } = user;
  return create(UserSchema, {
    ...{ userId, name, displayName, disabled, mustChangePassword },
    grants: grants.map(({ role, labels }) => ({ role, labels: { ...labels } })),
    external: user.externalSubject !== null,
    createTime: timestampFromDate(createTime),
    ...(loginTime === null ? {} : { loginTime: timestampFromDate(loginTime) }),
  });
}
