/**
 * Header that names the person behind a call, for the record. The gateway sets
 * it and takes away what came from outside; services believe it of the gateway alone.
 */
export const actorHeader = "x-phoenix-actor";

/** A name as the header carries it. */
export function encodeActor(name: string): string {
  return encodeURIComponent(name);
}

/** Who is behind a call that is being served; "operator" where nobody is named. */
export function actorOf(context: { readonly requestHeader: Headers }): string {
  const value = context.requestHeader.get(actorHeader);
  if (value === null || value === "") return "operator";
  try {
    return decodeURIComponent(value);
  } catch (error) {
    // Not encoded as the gateway does it; taken as it stands.
    if (error instanceof URIError) return value;
    throw error;
  }
}
