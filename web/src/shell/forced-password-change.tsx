import { Button } from "@mantine/core";
import { PasswordChange } from "../components/password-change.tsx";
import { logout } from "../data/session.ts";
import classes from "./door.module.css";

/** Keeps everything else shut until whoever logged in has a password of their own. */
export default function ForcedPasswordChange() {
  return (
    <main className={classes.door}>
      <PasswordChange
        className={classes.card}
        currentLabel="Password you were given"
        heading={
          <>
            <h1 className={classes.title}>Choose a password of your own</h1>
            <p className={classes.text}>The one you logged in with was given to you and works only for this.</p>
          </>
        }
        foot={(button) => (
          <>
            {button}
            <Button variant="subtle" color="gray" onClick={() => void logout()}>
              Log out
            </Button>
          </>
        )}
      />
    </main>
  );
}
