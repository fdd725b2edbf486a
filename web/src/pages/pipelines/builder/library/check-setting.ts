import type { Field } from "./component-type.ts";
import type { SettingValue } from "./settings-document.ts";

const reference = /\$\{[^}]*\}/;
/** As Go's time.ParseDuration reads them, which collectors use. */
const duration = /^[+]?(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h)(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))*$/;

/**
 * What is wrong with a value, in one sentence; undefined for nothing. References such as `${env:PORT}` may stand
 * for anything, so what holds one is left to the server.
 */
export function checkSetting(field: Field, value: SettingValue): string | undefined {
  if (value.kind === "none" || (value.kind === "text" && value.text === ""))
    return field.required ? "The collector needs this." : undefined;
  switch (field.kind) {
    case "texts":
    case "statements":
      return checkTexts(field, value);
    case "rows":
      return checkRows(field, value);
    default:
      return value.kind === "text" && !reference.test(value.text) ? checkText(field, value.text) : undefined;
  }
}

function checkText(field: Field, text: string): string | undefined {
  switch (field.kind) {
    case "duration":
      return duration.test(text) || text === "0" ? undefined : "A length of time is written 15s, 1m30s or 200ms.";
    case "integer": {
      const number = Number(text);
      if (!/^-?\d+$/.test(text)) return "This is a whole number.";
      if (field.minimum !== undefined && number < field.minimum) return `At least ${field.minimum}.`;
      return field.maximum !== undefined && number > field.maximum ? `At most ${field.maximum}.` : undefined;
    }
    case "boolean":
      return text === "true" || text === "false" ? undefined : "This is true or false.";
    case "choice":
      return field.choices.includes(text) ? undefined : `One of ${field.choices.join(", ")}.`;
    case "address":
      return checkAddress(text, field.scheme === true);
    default:
      return undefined;
  }
}

function checkAddress(text: string, scheme: boolean): string | undefined {
  if (/\s/.test(text)) return "An address has no spaces.";
  if (scheme) return /^https?:\/\/[^/]+/.test(text) ? undefined : "An address begins with https:// or http://.";
  return /^(?:[a-z]+:\/\/)?.+:\d{1,5}$|^unix:/.test(text) ? undefined : "An address is host:port.";
}

function checkTexts(field: Field, value: SettingValue): string | undefined {
  if (value.kind !== "texts") return undefined;
  if (value.texts.length === 0) return field.required ? "At least one is needed." : undefined;
  return value.texts.some((text) => text.trim() === "")
    ? "An empty line says nothing: fill it in or take it out."
    : undefined;
}

function checkRows(field: Field, value: SettingValue): string | undefined {
  if (field.kind !== "rows" || value.kind !== "rows") {
    const nothing = value.kind === "texts" && value.texts.length === 0;
    return nothing && field.required ? "At least one row is needed." : undefined;
  }
  const [first] = field.columns;
  if (value.rows.some((row) => first && !row[first.key])) return `Each row needs its ${first?.label.toLowerCase()}.`;
  for (const { key, label, choices } of field.columns) {
    const wrong = choices && value.rows.find((row) => !choices.includes(row[key] ?? ""));
    if (wrong) return `${label} is one of ${choices.join(", ")}.`;
  }
  return undefined;
}
