import type { Client } from "@connectrpc/connect";
import type { LoadProfile } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import type { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { ErrorReason, fromConnectError, phoenixError } from "@phoenix/platform/errors";

/** Who knows the profiles. */
export interface ProfileDeps {
  pipelines: Client<typeof PipelineService>;
}

/** The profiles that ship, by name. @throws PhoenixError SERVICE_UNAVAILABLE when the pipelines service is away. */
export async function listProfiles(deps: ProfileDeps): Promise<LoadProfile[]> {
  try {
    return (await deps.pipelines.listLoadProfiles({})).profiles;
  } catch (error) {
    throw fromConnectError(error);
  }
}

/** The profile of a name. @throws PhoenixError LOAD_PROFILE_NOT_FOUND, and as {@link listProfiles}. */
export async function resolveProfile(deps: ProfileDeps, name: string): Promise<LoadProfile> {
  const profiles = await listProfiles(deps);
  const found = profiles.find((profile) => profile.name === name);
  if (found !== undefined) return found;
  throw phoenixError(
    ErrorReason.LOAD_PROFILE_NOT_FOUND,
    `There is no load profile ${JSON.stringify(name)}. Choose one of ${profiles.map((profile) => profile.name).join(", ")}, or give one of your own.`,
    { metadata: { profile: name } },
  );
}
