import type { Estimate } from "./estimate.ts";

/** An estimate with its interval; the ends are infinite while the evidence bounds nothing. */
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Half-width, in standard errors, of a two-sided interval at level `alpha` that
 * stays valid however often it is looked at:
 * with n blocks, ν = n − 1, r = g/(g + n), q = (r·α²)^(1/(ν + 1)), it is
 * sqrt(ν(1 − q)/(q − r)), and infinite while q ≤ r.
 * Source: Lindon, Ham, Tingley, Bojinov, "Anytime-Valid Linear Models and
 * Regression Adjusted Causal Inference", arXiv 2210.08589; R package avlm.
 */
export function anytimeRadius(n: number, g: number, alpha: number, nu = n - 1): number {
  if (nu < 1) return Number.POSITIVE_INFINITY;
  const r = g / (g + n);
  const q = (r * alpha ** 2) ** (1 / (nu + 1));
  return q > r ? Math.sqrt((nu * (1 - q)) / (q - r)) : Number.POSITIVE_INFINITY;
}

/** The interval around an estimate; infinite when any number it needs is not finite, so that an error never passes a test. */
export function anytimeInterval(estimate: Estimate, g: number, alpha: number): Interval {
  const halfWidth = anytimeRadius(estimate.blocks, g, alpha) * estimate.standardError;
  const low = estimate.mean - halfWidth;
  const high = estimate.mean + halfWidth;
  if (Number.isFinite(low) && Number.isFinite(high)) return { estimate: estimate.mean, low, high };
  return { estimate: estimate.mean, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
}

/**
 * Two-sided p-value of "the mean is `boundary`", valid at any look: min(1, 1/G)
 * with ln G = ½ ln r + ½(ν + 1)[ln(1 + t²/ν) − ln(1 + r·t²/ν)]. The dual of
 * {@link anytimeRadius}; same source. 1 when it cannot be computed.
 */
export function anytimePValue(estimate: Estimate, boundary: number, g: number): number {
  const t = (estimate.mean - boundary) / estimate.standardError;
  return pValueOf(t, estimate.blocks, g);
}

/** The same of a t statistic of n values with ν degrees of freedom, n − 1 for a mean. */
export function pValueOf(t: number, n: number, g: number, nu = n - 1): number {
  if (nu < 1 || !Number.isFinite(t)) return 1;
  const r = g / (g + n);
  const logG = 0.5 * Math.log(r) + 0.5 * (nu + 1) * (Math.log1p(t ** 2 / nu) - Math.log1p((r * t ** 2) / nu));
  return Math.min(1, Math.exp(-logG));
}
