import type { Client } from "@connectrpc/connect";
import type { HostComponents } from "@phoenix/gen/phoenix/agent/v1/components_pb.ts";
import type { PipelineReference } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { type PipelineService, RenderPurpose } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import type { Queryable } from "@phoenix/platform/database";
import { ErrorReason, fromConnectError, phoenixError } from "@phoenix/platform/errors";
import { isQuarantined } from "../fleet/index.ts";
import type { VersionContent } from "./versions-store.ts";

/** What rendering needs. */
export interface RenderDeps {
  pipelines: Client<typeof PipelineService>;
}

/**
 * Renders a pipeline for the real backends, refused where a host lacks a component,
 * and has the collector asked whether it accepts the result. Writes nothing here.
 * @throws PhoenixError as the pipelines service refuses, SERVICE_UNAVAILABLE when it is away.
 */
export async function renderVersion(
  { pipelines }: RenderDeps,
  pipeline: PipelineReference,
  mustKeep: readonly string[],
  hosts: readonly HostComponents[],
): Promise<VersionContent> {
  try {
    const purpose = RenderPurpose.EXPORT;
    const rendered = await pipelines.renderPipeline({
      pipeline,
      purpose,
      mustKeep: [...mustKeep],
      validate: true,
      hosts: [...hosts],
    });
    return {
      pipeline: pipeline.name,
      pipelineVersion: rendered.version,
      variables: pipeline.variables,
      mustKeep: [...mustKeep],
      configDigest: rendered.configDigest,
      intervalSeconds: rendered.intervalSeconds,
    };
  } catch (error) {
    throw fromConnectError(error);
  }
}

/** Refuses a configuration that failed before. @throws PhoenixError CONFIG_QUARANTINED. */
export async function refuseQuarantined(q: Queryable, configDigest: string): Promise<void> {
  const reason = await isQuarantined(q, configDigest);
  if (reason === null) return;
  throw phoenixError(
    ErrorReason.CONFIG_QUARANTINED,
    `The configuration ${configDigest.slice(0, 12)} is quarantined: ${reason} To have it offered again, clear it: \`phoenix deployment quarantine clear ${configDigest} --reason "<why>"\`.`,
    { metadata: { configDigest } },
  );
}
