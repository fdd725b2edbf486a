import type { RoleGrant } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import classes from "../settings.module.css";
import { grantWords } from "./roles.ts";

/** Roles and where they count, a line each. */
export function GrantList({ grants, none }: { grants: readonly RoleGrant[]; none: string }) {
  if (grants.length === 0) return <span className="px-dim">{none}</span>;
  return (
    <ul className={classes.lines}>
      {grants.map(grantWords).map((words) => (
        <li key={words}>{words}</li>
      ))}
    </ul>
  );
}
