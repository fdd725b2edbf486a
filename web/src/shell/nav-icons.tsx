import {
  IconAdjustments,
  IconChartHistogram,
  IconClipboardList,
  IconFlask2,
  IconLayoutDashboard,
  IconListCheck,
  IconRocket,
  IconServer2,
  IconTopologyStar3,
} from "@tabler/icons-react";
import type { NavIcon } from "../pages/registry.ts";

const icons: Record<NavIcon, typeof IconFlask2> = {
  overview: IconLayoutDashboard,
  experiments: IconFlask2,
  pipelines: IconTopologyStar3,
  deployments: IconRocket,
  fleet: IconServer2,
  load: IconChartHistogram,
  tasks: IconListCheck,
  audit: IconClipboardList,
  settings: IconAdjustments,
};

/** The icon of a page in the navigation. */
export function NavigationIcon({ name }: { name: NavIcon }) {
  const Icon = icons[name];
  return <Icon size={18} stroke={1.7} aria-hidden />;
}
