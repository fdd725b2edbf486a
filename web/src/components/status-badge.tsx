import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconCircleX, IconLoader2 } from "@tabler/icons-react";
import classes from "./components.module.css";

/** What a state means for whoever looks. */
export type Tone = "good" | "bad" | "warn" | "busy" | "idle";

const icons = {
  good: IconCircleCheck,
  bad: IconCircleX,
  warn: IconAlertTriangle,
  busy: IconLoader2,
  idle: IconCircleDashed,
};

/** A state in a word, with a sign of its own: never by colour alone. */
export function StatusBadge({ tone, children }: { tone: Tone; children: string }) {
  const Icon = icons[tone];
  return (
    <span className={classes.badge} data-tone={tone}>
      <Icon size={13} stroke={2.2} aria-hidden />
      {children}
    </span>
  );
}
