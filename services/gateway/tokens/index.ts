/** Tokens for programs: a person's own, or a service's. Promises: kept as hashes, told once. */
export {
  findToken,
  getToken,
  insertToken,
  isApiToken,
  listTokens,
  noteTokenUse,
  revokeToken,
  type TokenRecord,
  tokenMessage,
} from "./token-store.ts";
