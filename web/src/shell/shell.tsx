/**
 * The frame of every page: navigation, the state of the live stream, the
 * colour scheme, who is logged in. A CSS grid of our own: the component
 * library's shell would make style elements.
 */

import { ActionIcon } from "@mantine/core";
import { IconMenu2, IconX } from "@tabler/icons-react";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { firstAnswers } from "../data/query-client.ts";
import { useSession } from "../data/use-session.ts";
import { pages } from "../pages/registry.ts";
import { AccountMenu } from "./account-menu.tsx";
import { ColorSchemeSwitch } from "./color-scheme-switch.tsx";
import { LiveBadge } from "./live-badge.tsx";
import { LiveBanner } from "./live-banner.tsx";
import { NavigationIcon } from "./nav-icons.tsx";
import classes from "./shell.module.css";
import { useLoginWhenOut } from "./use-login-when-out.ts";

const entries = pages
  .flatMap(({ path, nav }) => (nav === undefined ? [] : [{ path, ...nav }]))
  .toSorted((a, b) => a.order - b.order);

const ForcedPasswordChange = lazy(() => import("./forced-password-change.tsx"));
let answers: Promise<void> | undefined;
const afterAnswers = () => (answers ??= firstAnswers());
// Their code is read when the page is there: both at once would keep the page waiting.
const Late = lazy(() => afterAnswers().then(() => import("./late.tsx")));
const ApprovalBanner = lazy(() => afterAnswers().then(() => import("./approval-banner.tsx")));

/** Frame around the page; keeps the one live stream while it is shown. */
export function Shell() {
  const session = useSession();
  useLoginWhenOut();
  const mustChange = (session.state === "in" && session.identity?.mustChangePassword) ?? false;
  if (session.state === "anonymous") return null;
  return mustChange ? (
    <Suspense fallback={null}>
      <ForcedPasswordChange />
    </Suspense>
  ) : (
    <Frame />
  );
}

function Frame() {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const [menuOf, setMenuOf] = useState<string>();
  const menuOpen = menuOf === path;
  const isHere = (to: string): boolean => (to === "/" ? path === "/" : path === to || path.startsWith(`${to}/`));
  return (
    <div className={classes.frame}>
      <a className={classes.skip} href="#page">
        Skip to the page
      </a>
      <header className={classes.header}>
        <ActionIcon
          className={classes.menuButton ?? ""}
          variant="subtle"
          color="gray"
          aria-label={menuOpen ? "Close the navigation" : "Open the navigation"}
          aria-expanded={menuOpen}
          aria-controls="navigation"
          onClick={() => setMenuOf(menuOpen ? undefined : path)}
        >
          {menuOpen ? <IconX size={20} /> : <IconMenu2 size={20} />}
        </ActionIcon>
        <Link to="/" className={classes.brand}>
          <img src="/favicon.svg" width={24} height={24} alt="" />
          Phoenix
        </Link>
        <div className={classes.tools}>
          <LiveBadge />
          <ColorSchemeSwitch />
          <AccountMenu />
        </div>
      </header>
      <nav id="navigation" className={classes.nav} data-open={menuOpen} aria-label="Main">
        {entries.map(({ path: to, title, icon }) => (
          <Link
            key={to}
            to={to}
            className={classes.link}
            aria-current={isHere(to) ? "page" : undefined}
            onClick={() => setMenuOf(undefined)}
          >
            <NavigationIcon name={icon} />
            {title}
          </Link>
        ))}
      </nav>
      <main id="page" className={classes.main} tabIndex={-1}>
        <LiveBanner />
        <Suspense fallback={null}>
          <ApprovalBanner />
        </Suspense>
        <Outlet />
      </main>
      <Suspense fallback={null}>
        <Late />
      </Suspense>
    </div>
  );
}
