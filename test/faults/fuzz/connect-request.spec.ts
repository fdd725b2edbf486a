import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { ConnectRequestSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { expect } from "chai";
import { fuzz, readCorpus } from "./fuzz.ts";

describe("agent frames of any content", function () {
  this.timeout(10_000);

  it("become a message that can be written again, or an error, and nothing in between", async () => {
    let read = 0;
    const count = await fuzz({
      corpus: readCorpus("connect-request"),
      take(input) {
        let message: ReturnType<typeof fromBinary<typeof ConnectRequestSchema>>;
        try {
          message = fromBinary(ConnectRequestSchema, input);
        } catch (error) {
          // What the codec throws ends the call with INTERNAL or INVALID_ARGUMENT; it has no class of its own.
          expect(error).to.be.instanceOf(Error);
          return;
        }
        read += 1;
        const bytes = toBinary(ConnectRequestSchema, message);
        expect(toBinary(ConnectRequestSchema, fromBinary(ConnectRequestSchema, bytes))).to.deep.equal(bytes);
      },
    });
    expect(count).to.be.greaterThan(1_000);
    expect(read).to.be.greaterThan(100);
  });
});
