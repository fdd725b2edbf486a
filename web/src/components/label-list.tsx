import classes from "./label-list.module.css";

/** Labels as small tags, by name. */
export function LabelList({ labels }: { labels: Readonly<Record<string, string>> }) {
  const pairs = Object.entries(labels).toSorted(([a], [b]) => a.localeCompare(b));
  if (pairs.length === 0) return <span className="px-dim">none</span>;
  return (
    <span className={classes.list}>
      {pairs.map(([name, value]) => (
        <span key={name} className={classes.label}>
          {name}={value}
        </span>
      ))}
    </span>
  );
}
