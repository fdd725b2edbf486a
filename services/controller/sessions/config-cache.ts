import type { Client } from "@connectrpc/connect";
import type { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { fromConnectError } from "@phoenix/platform/errors";

/** Gives rendered configurations by digest. */
export type ConfigCache = {
  /** @throws PhoenixError CONFIG_NOT_FOUND, SERVICE_UNAVAILABLE. */
  get(configDigest: string): Promise<Uint8Array>;
};

/**
 * Creates a cache before the pipelines service that keeps the `capacity`
 * configurations used last. A digest names one content for ever, so nothing in
 * it grows old; calls for one digest at the same time make one call.
 */
export function createConfigCache(options: {
  pipelines: Pick<Client<typeof PipelineService>, "getRenderedConfig">;
  capacity: number;
}): ConfigCache {
  const { pipelines, capacity } = options;
  const kept = new Map<string, Promise<Uint8Array>>();

  const fetch = async (configDigest: string): Promise<Uint8Array> => {
    try {
      return (await pipelines.getRenderedConfig({ configDigest })).config;
    } catch (error) {
      throw fromConnectError(error);
    }
  };

  return {
    get(configDigest) {
      const known = kept.get(configDigest);
      const config = known ?? fetch(configDigest);
      // A failure is told to those who wait for it and then forgotten.
      if (known === undefined) config.catch(() => kept.delete(configDigest));
      // Set again to be the newest: a Map keeps the order of insertion.
      kept.delete(configDigest);
      kept.set(configDigest, config);
      const oldest = kept.keys().next().value;
      if (kept.size > capacity && oldest !== undefined) kept.delete(oldest);
      return config;
    },
  };
}
