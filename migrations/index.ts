/**
 * Every migration of Phoenix, in order. Each table belongs to one service, and
 * each file here to the owner of its tables. Names end in 13 digits that give
 * the order: 1700000000001 for the file 0001, and so on.
 */
import type { MigrationClass } from "@phoenix/platform/database";
import { Platform1700000000001 } from "./0001-platform.ts";
import { Fleet1700000000002 } from "./0002-fleet.ts";
import { Pipelines1700000000003 } from "./0003-pipelines.ts";
import { Benchmark1700000000004 } from "./0004-benchmark.ts";
import { Analytics1700000000005 } from "./0005-analytics.ts";
import { Experiments1700000000006 } from "./0006-experiments.ts";
import { Certificates1700000000007 } from "./0007-certificates.ts";
import { PriceBooksAndRollups1700000000008 } from "./0008-price-books-and-rollups.ts";
import { CalibrationAndHoldBack1700000000009 } from "./0009-calibration-and-hold-back.ts";
import { Queue1700000000010 } from "./0010-queue.ts";
import { PipelineVersions1700000000011 } from "./0011-pipeline-versions.ts";
import { Deployments1700000000012 } from "./0012-deployments.ts";
import { LoadSimulations1700000000013 } from "./0013-load-simulations.ts";
import { Figures1700000000014 } from "./0014-figures.ts";
import { HeartbeatPace1700000000015 } from "./0015-heartbeat-pace.ts";
import { Access1700000000016 } from "./0016-access.ts";
import { Changes1700000000017 } from "./0017-changes.ts";
import { Components1700000000018 } from "./0018-components.ts";
import { PolicyInConfiguration1700000000019 } from "./0019-policy-in-configuration.ts";
import { ObservationParts1700000000020 } from "./0020-observation-parts.ts";
import { ObservationQuarters1700000000021 } from "./0021-observation-quarters.ts";

/** The migrations, oldest first. */
export const migrations: MigrationClass[] = [
  Platform1700000000001,
  Fleet1700000000002,
  Pipelines1700000000003,
  Benchmark1700000000004,
  Analytics1700000000005,
  Experiments1700000000006,
  Certificates1700000000007,
  PriceBooksAndRollups1700000000008,
  CalibrationAndHoldBack1700000000009,
  Queue1700000000010,
  PipelineVersions1700000000011,
  Deployments1700000000012,
  LoadSimulations1700000000013,
  Figures1700000000014,
  HeartbeatPace1700000000015,
  Access1700000000016,
  Changes1700000000017,
  Components1700000000018,
  PolicyInConfiguration1700000000019,
  ObservationParts1700000000020,
  ObservationQuarters1700000000021,
];
