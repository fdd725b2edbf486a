import { Button, PasswordInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { ErrorState } from "../components/error-state.tsx";
import { changePassword, logout } from "../data/session.ts";
import classes from "./door.module.css";

const shortest = 12;

/** Keeps everything else shut until whoever logged in has a password of their own. */
export function ForcedPasswordChange() {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const differs = again !== "" && again !== next;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await changePassword(current, next);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className={classes.door}>
      <form className={classes.card} onSubmit={(event) => void submit(event)}>
        <h1 className={classes.title}>Choose a password of your own</h1>
        <p className={classes.text}>The one you logged in with was given to you and works only for this.</p>
        {error !== undefined && <ErrorState error={error} />}
        <PasswordInput
          label="Password you were given"
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
          error={differs ? "The two are not the same." : undefined}
          onChange={(event) => setAgain(event.currentTarget.value)}
        />
        <Button type="submit" loading={busy} disabled={next.length < shortest || next !== again}>
          Change the password
        </Button>
        <Button variant="subtle" color="gray" onClick={() => void logout()}>
          Log out
        </Button>
      </form>
    </main>
  );
}
