/**
 * Who may log in: users with their grants, passwords as argon2id, and the
 * record of logins that failed. Sessions are elsewhere.
 */
export { makeFirstAdministrator } from "./first-administrator.ts";
export { createLoginAttempts, type LoginAttempts } from "./login-attempts.ts";
export { checkNewPassword, hashPassword, isPassword, makePassword } from "./passwords.ts";
export {
  deleteUser,
  findUserByName,
  findUserBySubject,
  getUser,
  insertUser,
  listUsers,
  lockAdministrators,
  noteLogin,
  requireAdministrator,
  type UserRecord,
  type UserRow,
  updateUser,
  userColumns,
  userMessage,
  userOfRow,
} from "./user-store.ts";
