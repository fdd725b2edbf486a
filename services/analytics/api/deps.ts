import type { Client } from "@connectrpc/connect";
import type { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import type { Logger } from "@phoenix/platform/logging";
import type { Analyst } from "../analysis/index.ts";
import type { CertificateKeys, CertificateStore } from "../certificates/index.ts";
import type { SummaryStore } from "../summaries/index.ts";

/** What the calls work with. */
export interface AnalyticsApiDeps {
  readonly analyst: Analyst;
  readonly summaries: SummaryStore;
  readonly certificates: CertificateStore;
  readonly certificateKeys: CertificateKeys;
  readonly benchmark: Client<typeof BenchmarkService>;
  readonly logger: Logger;
  readonly clock: () => number;
  /** Time between two looks at the table while nothing notifies, in milliseconds. */
  readonly pollMs: number;
  /** Aborted when the service stops: ends streams. */
  readonly stopping: AbortSignal;
  /** Counts a verdict that was made. */
  onVerdict(decision: string): void;
}
