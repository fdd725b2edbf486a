import { createContextKey } from "@connectrpc/connect";

/** Address of the machine a call came from; empty for one of this process. */
export const peerAddressKey = createContextKey("", { description: "address of the peer" });
