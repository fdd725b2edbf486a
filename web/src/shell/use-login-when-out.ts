import { useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import { useSession } from "../data/use-session.ts";

/** Goes to the login once the session is over, and from there back to this page. */
export function useLoginWhenOut(): void {
  const { state } = useSession();
  const navigate = useNavigate();
  const here = useRouterState({ select: ({ location }) => location.href });
  useEffect(() => {
    // While the login is being loaded this is still shown, and where one is is the login already.
    if (state !== "anonymous" || here.startsWith("/login")) return;
    void navigate({ to: "/login", search: { return: here } as never, replace: true });
  }, [state, navigate, here]);
}
