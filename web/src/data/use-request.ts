import { type FormEvent, useRef, useState } from "react";
import { isUnreachable } from "./errors.ts";
import { newRequestId } from "./request-id.ts";

/** A form that is sent: how it is, and how it stands. */
export type SentForm = {
  submit: (event: FormEvent) => void;
  /** It is being done. */
  busy: boolean;
  /** Why the last try failed; undefined for none. */
  error: unknown;
};

/**
 * What a form does when it is sent: `ask` with a request id. A try that was answered is over, and
 * the next one, which may say something else, is another request. One without an answer may have
 * been done all the same, so that the next has its id, and has no second effect.
 */
export function useRequest(ask: (requestId: string) => Promise<unknown>): SentForm {
  const requestId = useRef(newRequestId());
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const send = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await ask(requestId.current);
      requestId.current = newRequestId();
    } catch (failure) {
      if (!isUnreachable(failure)) requestId.current = newRequestId();
      setError(failure);
    }
    setBusy(false);
  };
  return {
    submit(event) {
      event.preventDefault();
      void send();
    },
    busy,
    error,
  };
}
