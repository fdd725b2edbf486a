import { createHash } from "node:crypto";
import type { Tx } from "@phoenix/platform/database";
import type { Grant } from "../access/index.ts";
import { findUserByName, findUserBySubject, insertUser, type UserRecord, updateUser } from "../accounts/index.ts";

/** Someone as the identity provider knows them. */
export type ExternalPerson = { subject: string; name: string; displayName: string; grants: Grant[] };

/**
 * The user of a person of the identity provider, made at the first login; name
 * for people and grants are as the provider has them now. Nobody is taken for
 * a user with a password here because they have the same name.
 */
export async function keepExternalUser(tx: Tx, person: ExternalPerson, now: Date): Promise<UserRecord> {
  const { subject, displayName, grants } = person;
  const known = await findUserBySubject(tx, subject);
  if (known !== undefined) {
    const user = { ...known, displayName, grants };
    await updateUser(tx, user);
    return user;
  }
  const wanted = fitName(person.name);
  const taken = (await findUserByName(tx, wanted)) !== undefined;
  const name = taken
    ? `${wanted.slice(0, 110)}-${createHash("sha256").update(subject).digest("hex").slice(0, 8)}`
    : wanted;
  return insertUser(tx, {
    ...{ name, displayName, grants },
    passwordHash: null,
    mustChangePassword: false,
    externalSubject: subject,
    createTime: now,
  });
}

/** A name as users may have it. */
function fitName(name: string): string {
  const fitting = name
    .replaceAll(/[^A-Za-z0-9@._-]/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 128);
  return fitting === "" ? "external" : fitting;
}
