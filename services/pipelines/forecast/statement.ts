import { both, type Condition, compared, either, isComparison, not, type Operand, type Value } from "./condition.ts";
import { unknownValue } from "./flow.ts";
import { readTokens, type Token } from "./tokens.ts";

/** A call of an editor with literal arguments, and when it is made. */
export type Statement = {
  editor: string;
  arguments: readonly Argument[];
  where: Condition;
};

/** An argument: a path, a literal, or a list of texts. */
type Argument = { name: string; path?: string; value?: Value; list?: readonly string[] };

/**
 * Reads a condition of the OpenTelemetry Transformation Language: and, or, not, comparisons and IsMatch over
 * resource attributes, metric names and values. Undefined for what goes beyond that.
 */
export function readCondition(text: string): Condition | undefined {
  const tokens = readTokens(text);
  if (tokens === undefined) return undefined;
  return withReader(tokens, (reader) => {
    const condition = reader.condition();
    return reader.ended() ? condition : undefined;
  });
}

/** Reads a statement: an editor with paths and literals, and its `where`. Undefined for what goes beyond that. */
export function readStatement(text: string): Statement | undefined {
  const tokens = readTokens(text);
  if (tokens === undefined) return undefined;
  return withReader(tokens, (reader) => {
    const call = reader.call();
    const where = reader.takes("where") ? reader.condition() : () => true;
    return reader.ended() ? { ...call, where } : undefined;
  });
}

/** Thrown inside a reading alone, for what it does not know. */
class Beyond extends Error {}

function withReader<T>(tokens: readonly Token[], read: (reader: ReturnType<typeof createReader>) => T): T | undefined {
  try {
    return read(createReader(tokens));
  } catch (error) {
    if (error instanceof Beyond) return undefined;
    throw error;
  }
}

function createReader(tokens: readonly Token[]) {
  let at = 0;
  const next = (): Token => {
    const token = tokens[at++];
    if (token === undefined) throw new Beyond();
    return token;
  };
  const isNext = (value: string): boolean => tokens[at]?.kind !== "text" && tokens[at]?.value === value;
  const takes = (value: string): boolean => {
    const found = isNext(value);
    if (found) at++;
    return found;
  };
  const expect = (value: string): void => {
    if (!takes(value)) throw new Beyond();
  };

  const condition = (): Condition => {
    let left = conjunction();
    while (takes("or")) left = either(left, conjunction());
    return left;
  };
  const conjunction = (): Condition => {
    let left = negation();
    while (takes("and")) left = both(left, negation());
    return left;
  };
  const negation = (): Condition => {
    if (!takes("not")) return primary();
    return not(negation());
  };
  const primary = (): Condition => {
    if (takes("(")) {
      const inner = condition();
      expect(")");
      return inner;
    }
    if (takes("true")) return () => true;
    if (takes("false")) return () => false;
    if (takes("IsMatch")) return match();
    const left = operand();
    const { kind, value: sign } = next();
    if (kind !== "sign" || !isComparison(sign)) throw new Beyond();
    return compared(left, sign, operand());
  };
  const match = (): Condition => {
    expect("(");
    const subject = operand();
    expect(",");
    const { kind, value: source } = next();
    if (kind !== "text") throw new Beyond();
    expect(")");
    const expression = compile(source);
    return (flow) => {
      const value = subject(flow);
      if (value === unknownValue) return undefined;
      // A missing attribute matches nothing.
      return value !== null && expression.test(String(value));
    };
  };
  const operand = (): Operand => {
    const { kind, value } = next();
    if (kind === "text") return () => value;
    if (kind === "number") return () => Number(value);
    if (value === "nil") return () => null;
    if (kind === "word") return readPath(value);
    throw new Beyond();
  };
  const argument = (): Argument => {
    const named = tokens[at + 1]?.value === "=" ? next().value : "";
    if (named !== "") expect("=");
    if (takes("[")) {
      const list: string[] = [];
      while (!takes("]")) {
        const { kind, value } = next();
        if (kind !== "text") throw new Beyond();
        list.push(value);
        takes(",");
      }
      return { name: named, list };
    }
    const { kind, value } = next();
    if (kind === "text") return { name: named, value };
    if (kind === "number") return { name: named, value: Number(value) };
    if (kind !== "word") throw new Beyond();
    // A function's value is not known, but that it is called is no reason to give up.
    if (takes("(")) {
      while (!takes(")")) next();
      return { name: named, value: unknownValue };
    }
    return { name: named, path: value };
  };

  return {
    condition,
    takes,
    ended: () => at >= tokens.length,
    call(): { editor: string; arguments: Argument[] } {
      const { kind, value: editor } = next();
      if (kind !== "word") throw new Beyond();
      expect("(");
      const given: Argument[] = [];
      while (!takes(")")) {
        given.push(argument());
        takes(",");
      }
      return { editor, arguments: given };
    },
  };
}

const resourceAttribute = /^resource\.attributes\["([^"]*)"\]$/;

/** The name of a resource's attribute that a path leads to; undefined for any other path. */
export function attributeOf(path: string): string | undefined {
  return resourceAttribute.exec(path)?.[1];
}

function readPath(path: string): Operand {
  const attribute = attributeOf(path);
  if (attribute !== undefined) return ({ resource }) => resource.attributes.get(attribute) ?? null;
  if (path === "metric.name") return ({ metric }) => metric;
  if (path === "datapoint.value_double" || path === "datapoint.value_int") return ({ value }) => value ?? unknownValue;
  throw new Beyond();
}

function compile(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (error) {
    // RE2 knows what JavaScript does not.
    if (error instanceof SyntaxError) throw new Beyond();
    throw error;
  }
}
