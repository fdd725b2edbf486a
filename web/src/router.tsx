import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { EmptyState } from "./components/empty-state.tsx";
import { PageSkeleton } from "./components/page-skeleton.tsx";
import { RouteError } from "./components/route-error.tsx";
import { restoreSession } from "./data/session.ts";
import { type Page, pages } from "./pages/registry.ts";
import { Shell } from "./shell/shell.tsx";

const root = createRootRoute({ component: Outlet });

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  component: lazyRouteComponent(() => import("./pages/login/index.tsx")),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  component: Shell,
  async beforeLoad({ location, matches, search, preload }) {
    const page = pageRoutes.find(({ route }) => matches.some(({ routeId }) => routeId === route.id));
    // The page comes while the session does.
    void page?.route.options.component?.preload?.();
    const session = await restoreSession();
    if (session.state === "anonymous") throw redirect({ to: "/login", search: { return: location.href } });
    // Whoever must choose a password first may ask nothing else.
    const mayAsk = session.state !== "in" || session.identity?.mustChangePassword !== true;
    if (page !== undefined && mayAsk && !preload) void askAhead(page.load, search);
  },
});

const pageRoutes = pages.map(({ path, load }) => ({
  load,
  route: createRoute({ getParentRoute: () => shell, path, component: lazyRouteComponent(load) }),
}));

const elsewhere = createRoute({
  getParentRoute: () => shell,
  path: "$",
  component: () => (
    <EmptyState title="There is no such page" detail="The address may be mistyped, or the thing is gone." />
  ),
});

/** Has the answers of a page come while it is drawn. */
async function askAhead(load: Page["load"], search: Readonly<Record<string, string>>): Promise<void> {
  try {
    const { ask } = await load();
    ask?.(search);
  } catch (error) {
    // The route shows it in the page's place.
    console.debug("the page did not come", error);
  }
}

/** Every route of the console; pages are loaded when they are visited. */
export const router = createRouter({
  routeTree: root.addChildren([login, shell.addChildren([...pageRoutes.map(({ route }) => route), elsewhere])]),
  // Filters are plain text in the address, not JSON.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch(search) {
    const entries = Object.entries(search as Record<string, unknown>).filter(([, value]) => value !== undefined);
    const text = new URLSearchParams(entries.map(([key, value]) => [key, String(value)])).toString();
    return text === "" ? "" : `?${text}`;
  },
  defaultPendingComponent: PageSkeleton,
  defaultErrorComponent: RouteError,
});
