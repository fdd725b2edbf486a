/** The environment variable of a key: `databaseUrl` is `PHOENIX_DATABASE_URL`. */
export function environmentName(key: string): string {
  return `PHOENIX_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** The flag of a key: `databaseUrl` is `--database-url`. */
export function flagName(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
