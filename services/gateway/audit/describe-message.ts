import { type DescMessage, type JsonValue, type Message, toJson } from "@bufbuild/protobuf";

/** Fields that are never written down, whatever message they are in. */
const secrets = /password|secret|token$|credential|privateKey/i;
const longestText = 512;
const longestList = 20;
const longestBytes = 8_192;

/** A message as JSON for the audit: without secrets, long texts and lists cut; "" for an empty one. */
export function describeMessage(desc: DescMessage, message: Message): string {
  const plain = prune(toJson(desc, message), "");
  const text = JSON.stringify(plain);
  if (text === "{}") return "";
  return text.length <= longestBytes ? text : JSON.stringify({ cut: text.slice(0, longestBytes) });
}

function prune(value: JsonValue, name: string): JsonValue {
  if (typeof value === "string") {
    if (value !== "" && secrets.test(name)) return "(secret)";
    return value.length <= longestText ? value : `${value.slice(0, longestText)}… (${value.length} characters)`;
  }
  if (Array.isArray(value)) {
    const kept = value.slice(0, longestList).map((entry) => prune(entry, name));
    return value.length <= longestList ? kept : [...kept, `… (${value.length} in all)`];
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, prune(entry, key)]));
}
