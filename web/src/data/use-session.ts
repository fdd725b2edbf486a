import type { DescMethod } from "@bufbuild/protobuf";
import { useSyncExternalStore } from "react";
import { type Session, session } from "./session.ts";

/** The session, as it changes. */
export function useSession(): Session {
  return useSyncExternalStore(session.subscribe, session.get);
}

/** True when the caller may call this; what would be refused is not offered. */
export function useMay(method: DescMethod): boolean {
  const now = useSession();
  if (now.state !== "in" && now.state !== "open") return false;
  return now.methods?.has(`${method.parent.typeName}/${method.name}`) ?? true;
}
