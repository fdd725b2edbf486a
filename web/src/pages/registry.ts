import type { ComponentType } from "react";

/** A page of the console. */
export type Page = {
  /** Route, with `$name` for what is read from the address: "/experiments/$experimentId". */
  path: string;
  /** Loads the page when it is visited. */
  load: () => Promise<{ default: ComponentType; ask?: AskAhead }>;
  /** Its place in the navigation; a page without one is reached from another. */
  nav?: { title: string; icon: NavIcon; order: number };
};

/** Asks for what a page shows first, before it is drawn; `search` is from its address. */
export type AskAhead = (search: Readonly<Record<string, string>>) => void;

/** Icons of the navigation, see shell/nav-icons.tsx. */
export type NavIcon =
  | "overview"
  | "experiments"
  | "pipelines"
  | "deployments"
  | "fleet"
  | "load"
  | "tasks"
  | "audit"
  | "settings";

/** Every page there is. A page is added here and nowhere else. */
export const pages: readonly Page[] = [
  { path: "/", load: () => import("./overview/index.tsx"), nav: { title: "Overview", icon: "overview", order: 10 } },
  {
    path: "/experiments",
    load: () => import("./experiments/index.tsx"),
    nav: { title: "Experiments", icon: "experiments", order: 20 },
  },
  { path: "/experiments/new", load: () => import("./experiments/new.tsx") },
  { path: "/experiments/compare", load: () => import("./experiments/compare.tsx") },
  { path: "/experiments/$experimentId", load: () => import("./experiments/detail.tsx") },
  {
    path: "/pipelines",
    load: () => import("./pipelines/index.tsx"),
    nav: { title: "Pipelines", icon: "pipelines", order: 30 },
  },
  // No name of a pipeline begins with a hyphen.
  { path: "/pipelines/-/builder", load: () => import("./pipelines/builder/index.tsx") },
  { path: "/pipelines/-/compare", load: () => import("./pipelines/compare/index.tsx") },
  { path: "/pipelines/$name", load: () => import("./pipelines/detail/index.tsx") },
  { path: "/audit", load: () => import("./audit/index.tsx"), nav: { title: "Audit", icon: "audit", order: 80 } },
  {
    path: "/settings",
    load: () => import("./settings/index.tsx"),
    nav: { title: "Settings", icon: "settings", order: 90 },
  },
  {
    path: "/deployments",
    load: () => import("./deployments/index.tsx"),
    nav: { title: "Deployments", icon: "deployments", order: 40 },
  },
  { path: "/deployments/$deploymentId", load: () => import("./deployments/detail.tsx") },
  { path: "/fleet", load: () => import("./fleet/index.tsx"), nav: { title: "Fleet", icon: "fleet", order: 50 } },
  { path: "/fleet/$hostId", load: () => import("./fleet/detail.tsx") },
  { path: "/loads", load: () => import("./loads/index.tsx"), nav: { title: "Load", icon: "load", order: 60 } },
  { path: "/loads/$loadSimulationId", load: () => import("./loads/detail.tsx") },
  { path: "/tasks", load: () => import("./tasks/index.tsx"), nav: { title: "Tasks", icon: "tasks", order: 70 } },
  { path: "/tasks/$taskId", load: () => import("./tasks/detail.tsx") },
];
