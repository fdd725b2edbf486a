import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { IntervalSchema } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { expect } from "chai";
import * as quantities from "./quantities.ts";

const { formatBytes, formatCount, formatInterval, formatMoney, formatPercent, formatSeconds } = quantities;
const intervalOf = (estimate: number, low: number, high: number) =>
  formatInterval(create(IntervalSchema, { estimate, low, high }));

describe("a quantity for people", () => {
  const table: [shown: string, expected: string][] = [
    // Per cent: one decimal, a true minus sign (U+2212), and none before a zero.
    [formatPercent(0.6213), "62.1 %"],
    [formatPercent(-0.116), "−11.6 %"],
    [formatPercent(-0.0004), "0.0 %"],
    [formatPercent(-0), "0.0 %"],
    [formatPercent(-0.0005), "−0.1 %"],
    [formatPercent(Number.POSITIVE_INFINITY), "∞"],
    [formatPercent(Number.NEGATIVE_INFINITY), "−∞"],
    [formatPercent(Number.NaN), "unknown"],
    [formatCount(1_234_567.4), "1,234,567"],
    [formatCount(-0.3), "0"],
    [formatCount(-1200), "−1,200"],
    [formatCount(Number.NaN), "unknown"],
    [formatBytes(0), "0 B"],
    [formatBytes(1023), "1023 B"],
    [formatBytes(1536), "1.5 KiB"],
    [formatBytes(98.4 * 1024 ** 2), "98.4 MiB"],
    [formatBytes(512 * 1024 ** 2), "512 MiB"],
    [formatBytes(3 * 1024 ** 5), "3072 TiB"],
    [formatBytes(Number.NaN), "unknown"],
    [formatMoney(1234.5, "USD"), "$1,234.50"],
    [formatMoney(0, "USD"), "$0.00"],
    [formatMoney(0.0123, "USD"), "$0.0123"],
    [formatMoney(-0.00001, "USD"), "$0.0000"],
    [formatMoney(-12, "USD"), "−$12.00"],
    [formatMoney(-12, "EUR"), "−12.00 EUR"],
    [formatSeconds(59.4), "59 s"],
    [formatSeconds(125), "2 m 05 s"],
    [formatSeconds(7_500), "2 h 05 m"],
    [formatSeconds(-5), "0 s"],
    [intervalOf(0.621, 0.608, 0.633), "62.1 % (60.8 % to 63.3 %)"],
    [intervalOf(-0.0001, -0.116, 0.104), "0.0 % (−11.6 % to 10.4 %)"],
    [intervalOf(0.5, Number.NEGATIVE_INFINITY, 1), "50.0 % (interval still open)"],
    [formatInterval(undefined), "not measured yet"],
    [quantities.formatDigest(`0123456789ab${"c".repeat(52)}`), "0123456789ab"],
    [quantities.formatDigest(""), "none"],
    [quantities.formatAge(timestampFromMs(1_000), 126_000), "2 m 05 s ago"],
    [quantities.formatAge(undefined), ""],
    [quantities.formatTime(undefined), ""],
    [quantities.enumWord(ExperimentPhase, ExperimentPhase.RUNNING), "RUNNING"],
    [quantities.enumWord(ExperimentPhase, 77), "77"],
  ];
  for (const [index, [shown, expected]] of table.entries()) {
    it(`is shown as "${expected}" (${index + 1})`, () => expect(shown).to.equal(expected));
  }

  it("is a time in the user's own zone", () => {
    const noon = new Date(2026, 10, 20, 12, 34, 56);
    expect(quantities.formatTime(timestampFromMs(noon.getTime()))).to.equal("2026-11-20 12:34:56");
  });
});
