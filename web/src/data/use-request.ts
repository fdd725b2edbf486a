import { type FormEvent, useRef } from "react";
import { newRequestId } from "./request-id.ts";

/**
 * What a form does when it is sent: `ask` with a request id, which stays the same until a try
 * fails: another may say something else, so it is another request. What went wrong is the mutation's to show.
 */
export function useRequest(ask: (requestId: string) => Promise<void>): (event: FormEvent) => void {
  const requestId = useRef(newRequestId());
  return (event) => {
    event.preventDefault();
    void ask(requestId.current).catch(() => {
      requestId.current = newRequestId();
    });
  };
}
