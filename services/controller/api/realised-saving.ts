import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Client, ServiceImpl } from "@connectrpc/connect";
import type { AnalyticsService } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import type { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason, fromConnectError, phoenixError } from "@phoenix/platform/errors";
import { type ExperimentRecord, getExperiment, getExperimentHosts } from "../experiments/index.ts";
import { holdBackWindowSeconds } from "../promotion/index.ts";

/** What asking analytics needs. */
export interface AnalyticsDeps {
  analytics: Client<typeof AnalyticsService>;
}

/** Creates the call that measures what a promotion with hosts held back really saves. */
export function createSavingCalls(
  options: AnalyticsDeps & { db: Database },
): Pick<ServiceImpl<typeof ExperimentService>, "getRealisedSaving"> {
  const { db, analytics } = options;
  return {
    async getRealisedSaving({ experimentId }, { signal }) {
      const experiment = await getExperiment(db, experimentId);
      const hosts = (await getExperimentHosts(db, experimentId)).filter((host) => host.rolloutState !== null);
      const heldBack = hosts.filter((host) => host.heldBack).map((host) => host.hostId);
      const { promoteTime, promotedVariant: variant } = experiment;
      if (variant === null) throw illegal(experiment, "promoted nothing, so there is no saving to measure");
      if (heldBack.length === 0) {
        throw illegal(
          experiment,
          "was promoted on every host at once, so there is nothing to compare with. Promote with hosts held back to have it measured",
        );
      }
      if (promoteTime === null) {
        throw illegal(
          experiment,
          "is not promoted on every host it is to be yet. Wait for that; its events say how far it is",
        );
      }
      try {
        const saving = await analytics.measureRealisedSaving(
          {
            experimentId,
            variant,
            promotedHostIds: hosts.filter((host) => !host.heldBack).map((host) => host.hostId),
            heldBackHostIds: heldBack,
            // In its first window a collector that was just started reports less than it will.
            startTime: timestampFromMs(promoteTime.getTime() + holdBackWindowSeconds(experiment) * 1000),
          },
          { signal },
        );
        return { saving };
      } catch (error) {
        throw fromConnectError(error);
      }
    },
  };
}

function illegal({ experimentId }: ExperimentRecord, what: string) {
  return phoenixError(ErrorReason.ILLEGAL_TRANSITION, `The experiment ${experimentId} ${what}.`, {
    metadata: { experimentId },
  });
}
