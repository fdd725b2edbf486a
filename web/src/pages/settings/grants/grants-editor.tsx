import { ActionIcon, Button, Select, TextInput } from "@mantine/core";
import type { Role } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { IconTrash } from "@tabler/icons-react";
import { parseLabels } from "../labels.ts";
import classes from "../settings.module.css";
import { roles } from "./roles.ts";
import { newGrant, type WrittenGrant } from "./written-grants.ts";

/** Chooses roles, each everywhere or on the hosts with some labels. */
export function GrantsEditor({
  legend,
  grants,
  onChange,
}: {
  legend: string;
  grants: readonly WrittenGrant[];
  onChange: (grants: readonly WrittenGrant[]) => void;
}) {
  const put = (key: number, change: Partial<WrittenGrant>): void =>
    onChange(grants.map((grant) => (grant.key === key ? { ...grant, ...change } : grant)));
  return (
    <fieldset className={classes.grants}>
      <legend>{legend}</legend>
      {grants.map(({ key, role, labels }, place) => {
        const read = parseLabels(labels);
        return (
          <div key={key} className={classes.grant}>
            <Select
              label="Role"
              data={roles.map((each) => ({ value: String(each.role), label: each.title }))}
              value={String(role)}
              allowDeselect={false}
              onChange={(value) => put(key, { role: Number(value) as Role })}
            />
            <TextInput
              label="On hosts with these labels"
              placeholder="everywhere"
              value={labels}
              error={"problem" in read ? read.problem : undefined}
              onChange={(event) => put(key, { labels: event.currentTarget.value })}
            />
            <ActionIcon
              size="lg"
              variant="default"
              aria-label={`Take role ${place + 1} away`}
              onClick={() => onChange(grants.filter((grant) => grant.key !== key))}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </div>
        );
      })}
      <div>
        <Button size="xs" variant="default" onClick={() => onChange([...grants, newGrant()])}>
          Add a role
        </Button>
      </div>
    </fieldset>
  );
}
