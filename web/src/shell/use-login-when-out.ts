import { useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import { useSession } from "../data/use-session.ts";

/** Goes to the login once the session is over, and from there back to this page. */
export function useLoginWhenOut(): void {
  const { state } = useSession();
  const navigate = useNavigate();
  const here = useRouterState({ select: ({ location }) => location.href });
  useEffect(() => {
    if (state === "anonymous") void navigate({ to: "/login", search: { return: here } as never, replace: true });
  }, [state, navigate, here]);
}
