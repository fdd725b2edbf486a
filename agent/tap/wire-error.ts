/** Says why bytes are not an OTLP metrics request the tap can count; nothing of such a body is counted. */
export class WireError extends Error {
  override readonly name = "WireError";
}
