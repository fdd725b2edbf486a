import type { MessageInitShape } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { AgentService } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import type {
  ConnectRequestSchema,
  ConnectResponse,
  LoadStatusSchema,
} from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { AttemptState, TaskAssignment } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { openDuplex } from "@phoenix/platform/rpc";
import { until } from "./until.ts";

type Said = NonNullable<MessageInitShape<typeof ConnectRequestSchema>["message"]>;
type Load = MessageInitShape<typeof LoadStatusSchema>;
type Heard = ConnectResponse["message"];
type HeardOf<C extends Heard["case"]> = Extract<Heard, { case: C }> extends { value: infer V } ? V : never;

/** An agent on a stream that does what the test says, and nothing by itself. */
export type ScriptedAgent = {
  /** Everything heard and not taken yet, in order. */
  readonly heard: ConnectResponse[];
  /** How the stream ended; undefined while it is open. */
  readonly ended: grpc.StatusObject | undefined;
  say(message: Said): void;
  /** Says Hello with these tries unfinished. */
  hello(unfinished?: readonly TaskAssignment[]): void;
  heartbeat(workingOn?: readonly TaskAssignment[], loads?: readonly Load[]): void;
  report(assignment: TaskAssignment, state: AttemptState, over?: { message?: string; retryable?: boolean }): void;
  /** Takes the next message of this kind. */
  next<C extends Heard["case"]>(kind: C): Promise<HeardOf<C>>;
  /** Resolves with the status once the stream is over. */
  end(): Promise<grpc.StatusObject>;
  /** Breaks the connection, as a kill would. */
  kill(): void;
  /** Stops reading, as SIGSTOP would. */
  freeze(): void;
  /** Reads on after a freeze. */
  thaw(): void;
  /** Says a message with a sequence number of its own. */
  sayNumbered(sequence: bigint, message: Said): void;
};

const attemptOf = ({ taskId, attempt, leaseToken }: TaskAssignment) => ({ taskId, attempt, leaseToken });

/** Dials the agent port with a credential; the agent then waits for its script. */
export function connectAgent(port: number, credential: string, hostName = "host-1"): ScriptedAgent {
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
    // Its own connection, so that breaking it breaks nobody else's.
    "grpc.use_local_subchannel_pool": 1,
  });
  const metadata = new grpc.Metadata();
  metadata.set("authorization", `Bearer ${credential}`);
  const call = openDuplex(client, AgentService.method.connect, metadata);
  const heard: ConnectResponse[] = [];
  let ended: grpc.StatusObject | undefined;
  let sequence = 0n;
  call.on("data", (message: ConnectResponse) => heard.push(message));
  // Also told by the status, which says it better.
  call.on("error", () => undefined);
  call.on("status", (status) => {
    ended = status;
    client.close();
  });

  const say = (message: Said): void => {
    sequence += 1n;
    call.write({ sequence, message });
  };

  return {
    heard,
    get ended() {
      return ended;
    },
    say,
    sayNumbered: (number, message) => void call.write({ sequence: number, message }),
    hello(unfinished = []) {
      say({ case: "hello", value: { facts: { hostName, os: "linux" }, unfinished: unfinished.map(attemptOf) } });
    },
    heartbeat(workingOn = [], loads = []) {
      say({ case: "heartbeat", value: { workingOn: workingOn.map(attemptOf), agentCpuRatio: 0.5, loads: [...loads] } });
    },
    report(assignment, state, over = {}) {
      say({ case: "taskUpdate", value: { ...attemptOf(assignment), state, ...over } });
    },
    async next<C extends Heard["case"]>(kind: C) {
      const index = await until(`the controller says ${kind}`, () => {
        const found = heard.findIndex(({ message }) => message.case === kind);
        return found < 0 ? null : { found };
      });
      const [taken] = heard.splice(index.found, 1);
      return taken?.message.value as HeardOf<C>;
    },
    end: () => until("the stream ends", () => ended),
    kill() {
      call.cancel();
      client.close();
    },
    freeze: () => void call.pause(),
    thaw: () => void call.resume(),
  };
}
