import { sampleOf } from "./sample.ts";

/**
 * Lag-1 autocorrelation of one or more series about their own means, pooled;
 * 0 when nothing varies. A gap in a series is written as two series.
 * Source: Box & Jenkins, Time Series Analysis, the usual estimator r_1.
 */
export function lagOneAutocorrelation(series: readonly (readonly number[])[]): number {
  let products = 0;
  let squares = 0;
  for (const values of series) {
    const { mean } = sampleOf(values);
    values.forEach((value, index) => {
      squares += (value - mean) ** 2;
      const next = values[index + 1];
      if (next !== undefined) products += (value - mean) * (next - mean);
    });
  }
  return squares > 0 ? products / squares : 0;
}

/**
 * Windows over which measurements remember each other: τ = (1 + φ)/(1 − φ) of
 * a first-order process; a negative φ counts as none.
 */
export function correlationTime(phi: number): number {
  const memory = Math.min(Math.max(phi, 0), 0.999);
  return (1 + memory) / (1 - memory);
}
