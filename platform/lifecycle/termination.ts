/**
 * Calls back once, on the first SIGTERM or SIGINT, instead of letting the
 * process die; a second signal ends the process at once with 128 + its number.
 * Returns a function that stops listening.
 */
export function onTermination(callback: (signal: NodeJS.Signals) => void): () => void {
  const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
  let seen = false;
  const listener = (signal: NodeJS.Signals): void => {
    if (seen) process.exit(exitCodes[signal as keyof typeof exitCodes]);
    seen = true;
    callback(signal);
  };
  const signals = Object.keys(exitCodes) as (keyof typeof exitCodes)[];
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}
