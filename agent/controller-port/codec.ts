import { type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";

/** How grpc-js turns one kind of message into bytes and back. */
export type Codec<D extends DescMessage> = {
  serialize(message: MessageShape<D>): Buffer;
  deserialize(bytes: Buffer): MessageShape<D>;
};

/** The codec of a generated message. */
export function createCodec<D extends DescMessage>(schema: D): Codec<D> {
  return {
    serialize(message) {
      const bytes = toBinary(schema, message);
      // grpc-js wants a Buffer; a bare Uint8Array fails with INTERNAL.
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
    deserialize: (bytes) => fromBinary(schema, bytes),
  };
}
