import { ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "@phoenix/gen/google/rpc/error_details_pb.ts";
import { ErrorReasonSchema } from "@phoenix/gen/phoenix/error/v1/error_reason_pb.ts";
import { expect } from "chai";
import {
  Code,
  codeOfReason,
  ErrorReason,
  fromConnectError,
  isPhoenixError,
  phoenixError,
  reasonFromName,
  reasonName,
  toConnectError,
} from "./index.ts";

describe("error reasons", () => {
  it("have a code and a name that leads back, every one of the contract", () => {
    for (const value of ErrorReasonSchema.values) {
      const reason = value.number as ErrorReason;
      expect(Code[codeOfReason(reason)], value.name).to.be.a("string");
      expect(reasonName(reason)).to.equal(value.name.replace("ERROR_REASON_", ""));
      expect(reasonFromName(reasonName(reason))).to.equal(reason);
    }
  });

  it("are unspecified for a name of another contract", () => {
    expect(reasonFromName("QUOTA_OF_SOMEONE_ELSE")).to.equal(ErrorReason.UNSPECIFIED);
  });
});

describe("toConnectError", () => {
  it("gives a house error its code, its message and an ErrorInfo", () => {
    const error = toConnectError(
      phoenixError(ErrorReason.HOST_BUSY, "host h-1 is in experiment e-2; stop that first", {
        metadata: { host: "h-1" },
      }),
    );
    expect(error.code).to.equal(Code.FailedPrecondition);
    expect(error.rawMessage).to.equal("host h-1 is in experiment e-2; stop that first");
    const [info] = error.findDetails(ErrorInfoSchema);
    expect(info).to.deep.include({ reason: "HOST_BUSY", domain: "phoenix", metadata: { host: "h-1" } });
  });

  it("says nothing of a surprise to the caller, and all of it to the sink", () => {
    const surprise = new Error('relation "agent_tasks" does not exist at 10.1.2.3');
    const seen: unknown[] = [];
    const error = toConnectError(surprise, (caught) => seen.push(caught));
    expect(error.code).to.equal(Code.Internal);
    expect(error.rawMessage).to.not.match(/relation|10\.1/);
    expect(seen).to.deep.equal([surprise]);
  });

  it("tells cancelled from late", () => {
    const late = new DOMException("signal timed out", "TimeoutError");
    const aborted = new DOMException("aborted", "AbortError");
    expect(toConnectError(late).code).to.equal(Code.DeadlineExceeded);
    expect(toConnectError(aborted).code).to.equal(Code.Canceled);
  });
});

describe("fromConnectError", () => {
  it("brings a house error back as it was", () => {
    const sent = phoenixError(ErrorReason.ETAG_MISMATCH, "read again", { metadata: { etag: "7" } });
    const back = fromConnectError(toConnectError(sent));
    expect(back).to.include({ reason: sent.reason, code: sent.code, message: sent.message });
    expect(back.metadata).to.deep.equal(sent.metadata);
  });

  it("keeps a code that was chosen against the table", () => {
    const sent = phoenixError(ErrorReason.DATABASE_UNAVAILABLE, "too old", { code: Code.FailedPrecondition });
    expect(fromConnectError(toConnectError(sent)).code).to.equal(Code.FailedPrecondition);
  });

  it("calls a service that cannot be reached unavailable", () => {
    const error = fromConnectError(new ConnectError("connect ECONNREFUSED", Code.Unavailable));
    expect(isPhoenixError(error, ErrorReason.SERVICE_UNAVAILABLE)).to.equal(true);
  });

  it("calls anything that is no error of a call internal", () => {
    expect(fromConnectError(new TypeError("x is undefined")).reason).to.equal(ErrorReason.INTERNAL);
    expect(fromConnectError("a string").reason).to.equal(ErrorReason.INTERNAL);
  });
});
