import type { DescMessage, Message } from "@bufbuild/protobuf";
import { describeMessage } from "../audit/index.ts";

/** What entries of the audit are about, by the field that names it; the first that a message has counts. */
const subjectFields = [
  "experimentId",
  "deploymentId",
  "hostId",
  "loadSimulationId",
  "taskId",
  "approvalId",
  "tokenId",
  "userId",
  "configDigest",
  "name",
] as const;

/** What a call is about: an id or a name in the request, else in what was answered; empty for nothing. */
export function findSubject(request: Message, answer: Message | undefined): string {
  return fieldOf(request, subjectFields.slice(0, -1)) || answeredSubject(answer) || fieldOf(request, subjectFields);
}

/** The reason that a person gave in a request; empty for none. */
export function reasonOf(request: Message): string {
  return fieldOf(request, ["reason"]);
}

/** What was asked for and what is there after, as JSON; empty when neither says anything. */
export function describeAfter(
  method: { input: DescMessage; output: DescMessage },
  request: Message,
  answer: Message | undefined,
): string {
  const asked = describeMessage(method.input, request);
  const answered = answer === undefined ? "" : describeMessage(method.output, answer);
  const parts = [...(asked === "" ? [] : [`"asked":${asked}`]), ...(answered === "" ? [] : [`"answered":${answered}`])];
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}

function answeredSubject(answer: Message | undefined): string {
  for (const value of Object.values(answer ?? {})) {
    if (typeof value !== "object" || value === null || !("$typeName" in value)) continue;
    const subject = fieldOf(value as Message, subjectFields);
    if (subject !== "") return subject;
  }
  return "";
}

function fieldOf(message: Message, names: readonly string[]): string {
  const fields = message as Message & Record<string, unknown>;
  for (const name of names) {
    const value = fields[name];
    if (typeof value === "string" && value !== "") return value;
  }
  return "";
}
