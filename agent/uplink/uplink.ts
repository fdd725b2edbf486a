import type { Heartbeat, Hello, Welcome } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { Code, ErrorReason, type PhoenixError, phoenixError } from "@phoenix/platform/errors";
import { type Service, sleep } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import { startBeating } from "./beating.ts";
import { decideReconnect } from "./decide-reconnect.ts";
import { judgeEnding, type Outcome } from "./judge-ending.ts";
import type { AgentMessage, ControllerEvent, Session, UplinkTransport } from "./transport.ts";

/** What an uplink asks and tells. None of it may throw. */
export type UplinkEvents = {
  /** The agent's introduction. */
  hello(lastSequenceSeen: bigint): Hello;
  /** The agent's sign of life. */
  heartbeat(): Heartbeat;
  /** True while leases or load depend on being heard often. */
  working(): boolean;
  /** A session is open; `send` works from now on. */
  opened(welcome: Welcome): void;
  /** The session is over; `send` answers false from now on. */
  closed(outcome: Outcome): void;
  /** The controller said something. */
  event(event: ControllerEvent): void;
};

/** What an uplink is made of. */
export type UplinkOptions = {
  transport: UplinkTransport;
  events: UplinkEvents;
  /** The credential to dial with. */
  credential(): string;
  /** The credential was refused; true when another one is worth a try. */
  credentialRefused?(): Promise<boolean>;
  logger: Logger;
  /** Source of chance; default Math.random. */
  random?: () => number;
};

/** The agent's line to the controller. */
export interface Uplink extends Service {
  /** True when the message was handed to the wire; false without a session, or when it ended before that. */
  send(message: AgentMessage): Promise<boolean>;
  /** Resolves after a stop; rejects when the controller refuses the agent for good. */
  readonly done: Promise<void>;
}

/** Creates an uplink; it dials on start and stays for as long as the controller is away. */
export function createUplink(options: UplinkOptions): Uplink {
  const { transport, events, logger, random = Math.random } = options;
  const leave = new AbortController();
  const done = Promise.withResolvers<void>();
  let session: Session | null = null;
  let loop: Promise<void> | null = null;
  let stopBeating = (): void => undefined;

  const opened = (next: Session): void => {
    session = next;
    const { welcome } = next;
    logger.info({ hostId: welcome.hostId, session: welcome.session, server: welcome.serverVersion }, "connected");
    const beat = (): void => void next.send({ case: "heartbeat", value: events.heartbeat() });
    stopBeating = startBeating(welcome, { working: events.working, beat });
    events.opened(welcome);
  };

  /** One session from the dial to its end; the time it was open decides the next dial. */
  const holdSession = async (credential: string): Promise<{ outcome: Outcome; openMs: number | null }> => {
    const host = { hello: events.hello, opened, event: events.event };
    const ending = await transport.converse(credential, host, leave.signal);
    stopBeating();
    const outcome = judgeEnding(ending);
    if (session !== null) {
      session = null;
      events.closed(outcome);
    }
    return { outcome, openMs: ending.openMs };
  };

  const dialForEver = async (): Promise<void> => {
    let failures = 0;
    while (!leave.signal.aborted) {
      const credential = options.credential();
      const { outcome, openMs } = await holdSession(credential);
      if (outcome.name === "fatal") {
        // A session may outlive the credential it was opened with; what counts is the one in use now.
        const renewed = options.credential() !== credential || (await options.credentialRefused?.()) === true;
        if (!renewed) throw refusal(outcome.words);
        continue;
      }
      const next = decideReconnect(outcome, { failures, openMs }, random);
      if (next === null) return;
      // An agent that waits for its controller says so at first and then seldom.
      const level = failures === 0 || openMs !== null || failures % 20 === 0 ? "warn" : "debug";
      logger[level](
        { outcome: outcome.name, words: outcome.words, delayMs: next.delayMs },
        "not connected; dialling again",
      );
      failures = next.failures;
      await sleep(next.delayMs, leave.signal);
    }
  };

  return {
    done: done.promise,
    async start() {
      if (loop !== null) throw new Error("an uplink starts once");
      loop = dialForEver().then(done.resolve, (error: unknown) => {
        logger.fatal({ err: error }, (error as Error).message);
        done.reject(error);
      });
      // Whoever wants to know looks at `done`; nobody has to.
      done.promise.catch(() => undefined);
    },
    async stop() {
      leave.abort();
      await (loop ?? done.resolve());
    },
    async send(message) {
      return (await session?.send(message)) ?? false;
    },
  };
}

function refusal(words: string): PhoenixError {
  return phoenixError(
    ErrorReason.CREDENTIAL_REJECTED,
    `The controller refuses this agent's credential (${words}). Enrol the host again: make a token with "phoenix host enroll-token" and start the agent with it.`,
    { code: Code.Unauthenticated },
  );
}
