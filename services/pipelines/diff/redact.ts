import { type DocumentPath, formatPath } from "@phoenix/catalog";

/** Names secrets: the same for the same, another for another. */
export type SecretNames = (secret: unknown) => string;

/** Makes names for the secrets of one comparison, so that it still shows whether one changed. */
export function createSecretNames(): SecretNames {
  const known: unknown[] = [];
  return (secret) => {
    if (!known.includes(secret)) known.push(secret);
    const number = known.indexOf(secret) + 1;
    return number === 1 ? "(secret)" : `(secret ${number})`;
  };
}

/** Puts names in the place of the secrets that stand at these paths, written as {@link formatPath} does. */
export function hideSecrets(value: unknown, secrets: ReadonlySet<string>, nameOf: SecretNames): unknown {
  return secrets.size === 0 ? value : hide([], value, secrets, nameOf);
}

function hide(path: DocumentPath, value: unknown, secrets: ReadonlySet<string>, nameOf: SecretNames): unknown {
  if (Array.isArray(value)) return value.map((item, index) => hide([...path, index], item, secrets, nameOf));
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => [key, hide([...path, key], item, secrets, nameOf)]);
    return Object.fromEntries(entries);
  }
  return secrets.has(formatPath(path)) ? nameOf(value) : value;
}
