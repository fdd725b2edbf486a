import { Button, PasswordInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { ErrorState } from "../../../components/error-state.tsx";
import { toastDone } from "../../../components/toast.tsx";
import { changePassword } from "../../../data/session.ts";
import classes from "../settings.module.css";

const shortest = 12;

/** Changes one's own password. */
export function ChangePassword() {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await changePassword(current, next);
      toastDone("The password was changed.");
      for (const empty of [setCurrent, setNext, setAgain]) empty("");
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className={`${classes.form} ${classes.narrow}`} onSubmit={(event) => void submit(event)}>
      {error !== undefined && <ErrorState error={error} />}
      <PasswordInput
        label="Password now"
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
      <div className={classes.foot}>
        <Button type="submit" loading={busy} disabled={next.length < shortest || next !== again}>
          Change the password
        </Button>
      </div>
    </form>
  );
}
