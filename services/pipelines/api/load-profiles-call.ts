import { create, fromJson } from "@bufbuild/protobuf";
import { readShippedLoadProfiles } from "@phoenix/catalog";
import { type LoadProfile, LoadProfileSchema } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import {
  type ListLoadProfilesResponse,
  ListLoadProfilesResponseSchema,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";

/** The load profiles that ship with Phoenix, by name. */
export async function loadProfiles(): Promise<LoadProfile[]> {
  return (await readShippedLoadProfiles()).map((definition) => fromJson(LoadProfileSchema, definition));
}

/** Lists the load profiles that ship with Phoenix, by name. */
export async function listLoadProfilesCall(): Promise<ListLoadProfilesResponse> {
  return create(ListLoadProfilesResponseSchema, { profiles: await loadProfiles() });
}
