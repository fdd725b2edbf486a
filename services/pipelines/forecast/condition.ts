import { type Flow, unknownValue } from "./flow.ts";

/** A condition over series: undefined where it hangs on what is not known before a run. */
export type Condition = (flow: Flow) => boolean | undefined;

/** What conditions compare; null is OTTL's nil. */
export type Value = string | number | boolean | null | typeof unknownValue;

/** Gives a value of a series. */
export type Operand = (flow: Flow) => Value;

const comparisons = {
  "==": (one: unknown, other: unknown) => one === other,
  "!=": (one: unknown, other: unknown) => one !== other,
  ">=": ordered((one, other) => one >= other),
  "<=": ordered((one, other) => one <= other),
  ">": ordered((one, other) => one > other),
  "<": ordered((one, other) => one < other),
};

/** Nothing but numbers has an order here. */
function ordered(compare: (one: number, other: number) => boolean) {
  return (one: unknown, other: unknown): boolean | undefined =>
    typeof one === "number" && typeof other === "number" ? compare(one, other) : undefined;
}

/** True for the sign of a comparison. */
export function isComparison(sign: string): sign is keyof typeof comparisons {
  return Object.hasOwn(comparisons, sign);
}

/** One value against another. An attribute that is there is not nil, whatever its value. */
export function compared(left: Operand, sign: keyof typeof comparisons, right: Operand): Condition {
  return (flow) => {
    const one = left(flow);
    const other = right(flow);
    if (one !== unknownValue && other !== unknownValue) return comparisons[sign](one, other);
    if (one === null || other === null) return sign === "==" ? false : sign === "!=" ? true : undefined;
    return undefined;
  };
}

/** False where the condition holds. */
export function not(inner: Condition): Condition {
  return (flow) => {
    const holds = inner(flow);
    return holds === undefined ? undefined : !holds;
  };
}

/** True where both hold. */
export function both(one: Condition, other: Condition): Condition {
  return (flow) => {
    const [left, right] = [one(flow), other(flow)];
    if (left === false || right === false) return false;
    return left === undefined || right === undefined ? undefined : true;
  };
}

/** True where one of them holds. */
export function either(one: Condition, other: Condition): Condition {
  return not(both(not(one), not(other)));
}
