/**
 * The analytics service: judges experiments and keeps what it concluded.
 * verdict and realised are pure statistics, analysis runs them,
 * summaries and certificates are PostgreSQL, api is the contract.
 * Measurements are the benchmark's and come through its client; acting on a
 * verdict is the controller's.
 */
export { type AnalyticsService, type AnalyticsServiceDeps, createAnalyticsService } from "./analytics-service.ts";
