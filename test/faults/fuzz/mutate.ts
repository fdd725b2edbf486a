/** Numbers that sit at the borders of what decoders count with. */
const borders = [0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x22, 0x7b, 0x5b, 0x2a, 0x26];

/** A damaged copy of one input, with pieces of others; the same for the same random numbers. */
export function mutate(inputs: readonly Uint8Array[], random: () => number): Uint8Array {
  const below = (limit: number): number => Math.floor(random() * limit);
  let bytes = Array.from(inputs[below(inputs.length)] ?? []);
  for (let hits = 1 + below(4); hits > 0; hits--) {
    const at = below(bytes.length + 1);
    const length = 1 + below(12);
    switch (below(7)) {
      case 0:
        bytes[Math.min(at, Math.max(0, bytes.length - 1))] = below(256);
        break;
      case 1:
        bytes.splice(at, length);
        break;
      case 2:
        bytes.splice(at, 0, ...Array.from({ length }, () => below(256)));
        break;
      case 3:
        bytes.splice(at, 0, borders[below(borders.length)] ?? 0);
        break;
      case 4:
        bytes.splice(at, 0, ...bytes.slice(below(bytes.length + 1)).slice(0, 64));
        break;
      case 5:
        bytes = bytes.slice(0, at);
        break;
      default: {
        const other = inputs[below(inputs.length)] ?? new Uint8Array();
        const from = below(other.length + 1);
        bytes.splice(at, length, ...other.subarray(from, from + 64));
      }
    }
  }
  return Uint8Array.from(bytes);
}
