import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** One data point that arrived. */
export type Point = { metric: string; resource: Record<string, unknown>; attributes: Record<string, unknown> };

/** Fields of a message by number; sub-messages stay bytes. */
type Fields = Map<number, (Uint8Array | bigint | number)[]>;

/**
 * Reads the data points of an OTLP ExportMetricsServiceRequest, only what specs look at: names, resources
 * and attributes. Field numbers: opentelemetry-proto, metrics/v1/metrics.proto and common/v1/common.proto.
 */
export function readPoints(body: Uint8Array): Point[] {
  return messages(readFields(body), 1).flatMap((resourceMetrics) => {
    const resource = attributesOf(messages(resourceMetrics, 1)[0] ?? new Map(), 1);
    const metrics = messages(resourceMetrics, 2).flatMap((scopeMetrics) => messages(scopeMetrics, 2));
    return metrics.flatMap((metric) =>
      // gauge = 5, sum = 7; their points are field 1, with the attributes in field 7.
      [5, 7]
        .flatMap((kind) => messages(metric, kind))
        .flatMap((data) => messages(data, 1))
        .map((point) => ({ metric: text(metric, 1), resource, attributes: attributesOf(point, 7) })),
    );
  });
}

function readFields(bytes: Uint8Array): Fields {
  const reader = new BinaryReader(bytes);
  const fields: Fields = new Map();
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const values = fields.get(number) ?? [];
    fields.set(number, values);
    if (type === WireType.LengthDelimited) values.push(reader.bytes());
    else if (type === WireType.Bit64) values.push(reader.double());
    else if (type === WireType.Varint) values.push(BigInt(reader.int64()));
    else reader.skip(type);
  }
  return fields;
}

function messages(fields: Fields, number: number): Fields[] {
  return (fields.get(number) ?? []).filter((value) => value instanceof Uint8Array).map(readFields);
}

function text(fields: Fields, number: number): string {
  const value = fields.get(number)?.[0];
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : "";
}

function attributesOf(fields: Fields, number: number): Record<string, unknown> {
  return Object.fromEntries(
    messages(fields, number).map((pair) => {
      const value = messages(pair, 2)[0] ?? new Map();
      // string = 1, bool = 2, int = 3, double = 4
      return [
        text(pair, 1),
        value.has(1) ? text(value, 1) : (value.get(2)?.[0] ?? value.get(3)?.[0] ?? value.get(4)?.[0]),
      ];
    }),
  );
}

/** Identity of the series a point belongs to. */
export function seriesOf(point: Point): string {
  const sorted = (record: Record<string, unknown>) =>
    Object.entries(record)
      .map(([key, value]) => `${key}=${value}`)
      .sort();
  return [point.metric, ...sorted(point.resource), "|", ...sorted(point.attributes)].join(" ");
}
