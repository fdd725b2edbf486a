const headBytes = 5;

/** A message as gRPC frames it: no compression, the length, the bytes (gRPC over HTTP/2, "Length-Prefixed-Message"). */
export function frameOf(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headBytes + message.length);
  frame.writeUInt8(0, 0);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, headBytes);
  return frame;
}

/** Cuts what arrives into messages; a message may come in pieces, and pieces may hold many. */
export function createFrameReader(onMessage: (message: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer | undefined;
  return (chunk) => {
    let bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
    while (bytes.length >= headBytes) {
      const end = headBytes + bytes.readUInt32BE(1);
      if (bytes.length < end) break;
      onMessage(bytes.subarray(headBytes, end));
      bytes = bytes.subarray(end);
    }
    rest = bytes.length === 0 ? undefined : bytes;
  };
}
