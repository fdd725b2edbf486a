/**
 * The benchmark service: keeps what agents measured, computes key figures, and
 * prices every arm under several vendors' books. cost and kpis are pure, store
 * is PostgreSQL, api is the contract. Judging is analytics', not ours.
 */
export { type BenchmarkService, type BenchmarkServiceDeps, createBenchmarkService } from "./benchmark-service.ts";
