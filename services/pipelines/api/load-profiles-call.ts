import { create, fromJson } from "@bufbuild/protobuf";
import { readShippedLoadProfiles } from "@phoenix/catalog";
import { type LoadProfile, LoadProfileSchema } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import {
  type ListLoadProfilesResponse,
  ListLoadProfilesResponseSchema,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";

let shipped: Promise<LoadProfile[]> | undefined;

/** The load profiles that ship with Phoenix, by name; their files are read once. */
export function loadProfiles(): Promise<readonly LoadProfile[]> {
  shipped ??= readShippedLoadProfiles().then((definitions) =>
    definitions.map((definition) => fromJson(LoadProfileSchema, definition)),
  );
  return shipped;
}

/** Lists the load profiles that ship with Phoenix, by name. */
export async function listLoadProfilesCall(): Promise<ListLoadProfilesResponse> {
  return create(ListLoadProfilesResponseSchema, { profiles: [...(await loadProfiles())] });
}
