import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { ErrorState } from "../../components/error-state.tsx";
import { PageSkeleton } from "../../components/page-skeleton.tsx";
import { expectSession, login, restoreSession } from "../../data/session.ts";
import { useRequest } from "../../data/use-request.ts";
import { useSession } from "../../data/use-session.ts";
import classes from "../../shell/door.module.css";
import { whyNot } from "./why-not.ts";

/** The login: name and password, or the company's own; straight on where nobody needs to log in. */
export default function LoginPage() {
  const session = useSession();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { return?: string; error?: string };
  const [failure, setFailure] = useState<unknown>();
  // Once one goes there, the address is not the login's any more.
  const [back] = useState(() => safePath(search.return));
  useEffect(() => {
    document.title = "Log in · Phoenix";
    restoreSession().catch(setFailure);
  }, []);
  useEffect(() => {
    if (session.state === "open" || session.state === "in") void navigate({ to: back, replace: true });
  }, [session.state, back, navigate]);
  return (
    <main className={classes.door}>
      <div className={classes.card}>
        <div className={classes.brand}>
          <img src="/favicon.svg" width={32} height={32} alt="" />
          Phoenix
        </div>
        <h1 className={classes.title}>Log in</h1>
        {failure !== undefined && <ErrorState error={failure} retry={() => window.location.reload()} />}
        {search.error !== undefined && <ErrorState error={new Error(whyNot(search.error))} />}
        {session.state === "unknown" && failure === undefined && <PageSkeleton lines={2} />}
        {session.state === "anonymous" && (
          <>
            {session.options.password && <PasswordForm />}
            {session.options.oidcPath !== "" && (
              <Button
                variant={session.options.password ? "default" : "filled"}
                onClick={() => {
                  expectSession();
                  window.location.assign(oidcHref(session.options.oidcPath, back));
                }}
              >
                {session.options.oidcTitle || "Log in with your company's account"}
              </Button>
            )}
          </>
        )}
      </div>
    </main>
  );
}

function PasswordForm() {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const { submit, busy, error } = useRequest(() => login(name, password));
  return (
    <form onSubmit={submit} className={classes.form}>
      {error !== undefined && <ErrorState error={error} />}
      <TextInput
        label="Name"
        autoComplete="username"
        required
        autoFocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <PasswordInput
        label="Password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Button type="submit" loading={busy}>
        Log in
      </Button>
    </form>
  );
}

/** A path of this console, never an address elsewhere. */
function safePath(path: string | undefined): string {
  if (path === undefined || !path.startsWith("/") || path.startsWith("/login")) return "/";
  const url = new URL(path, window.location.origin);
  return url.origin === window.location.origin ? url.pathname + url.search : "/";
}

function oidcHref(path: string, back: string): string {
  const url = new URL(path, window.location.origin);
  url.searchParams.set("return", back);
  return url.href;
}
