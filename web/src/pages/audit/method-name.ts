/** An RPC in short: "ExperimentService/StartExperiment". */
export function shortMethod(method: string): string {
  return method.split(".").at(-1) ?? method;
}

/** What an RPC does, in words: "Start experiment". */
export function methodWords(method: string): string {
  const name = method.split("/").at(-1) ?? method;
  const words = name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, " ").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
