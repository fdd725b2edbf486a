import { Button, PasswordInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { changePassword } from "../data/session.ts";
import { useRequest } from "../data/use-request.ts";
import { ErrorState } from "./error-state.tsx";

const shortest = 12;

type PasswordChangeProps = {
  className: string | undefined;
  /** What the password is called that is changed. */
  currentLabel: string;
  onChanged?: () => void;
  /** Stands above the fields. */
  heading?: ReactNode;
  /** Puts the button where it belongs. */
  foot: (button: ReactNode) => ReactNode;
};

/** A form that changes one's own password. */
export function PasswordChange({ className, currentLabel, onChanged, heading, foot }: PasswordChangeProps) {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const { submit, busy, error } = useRequest(async () => {
    await changePassword(current, next);
    onChanged?.();
    for (const empty of [setCurrent, setNext, setAgain]) empty("");
  });
  return (
    <form className={className} onSubmit={submit}>
      {heading}
      {error !== undefined && <ErrorState error={error} />}
      <PasswordInput
        label={currentLabel}
        autoComplete="current-password"
        required
        value={current}
        onChange={(event) => setCurrent(event.currentTarget.value)}
      />
      <PasswordInput
        label="New password"
        description={`At least ${shortest} characters.`}
        autoComplete="new-password"
        required
        minLength={shortest}
        value={next}
        onChange={(event) => setNext(event.currentTarget.value)}
      />
      <PasswordInput
        label="New password again"
        autoComplete="new-password"
        required
        value={again}
        error={again !== "" && again !== next ? "The two are not the same." : undefined}
        onChange={(event) => setAgain(event.currentTarget.value)}
      />
      {foot(
        <Button type="submit" loading={busy} disabled={next.length < shortest || next !== again}>
          Change the password
        </Button>,
      )}
    </form>
  );
}
