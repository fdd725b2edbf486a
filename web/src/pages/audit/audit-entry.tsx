import { Modal } from "@mantine/core";
import type { AuditEvent } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { DefinitionList } from "../../components/definition-list.tsx";
import { JsonText } from "../../components/json-text.tsx";
import { TimeText } from "../../components/time-text.tsx";
import classes from "./audit.module.css";
import { OutcomeBadge } from "./outcome-badge.tsx";

/** One entry of the audit with all that it says. */
export function AuditEntry({ entry, onClose }: { entry: AuditEvent | undefined; onClose: () => void }) {
  return (
    <Modal
      opened={entry !== undefined}
      onClose={onClose}
      size="xl"
      title={entry === undefined ? "" : `Entry ${entry.sequence} of the audit`}
    >
      {entry !== undefined && (
        <>
          <DefinitionList
            facts={[
              ["When", <TimeText key="time" time={entry.time} />],
              ["Who", entry.actor],
              ["From", entry.source],
              ["Call", <code key="method">{entry.method}</code>],
              ["Concerns", entry.subject],
              ["Outcome", <OutcomeBadge key="outcome" outcome={entry.outcome} />],
              ["Reason", entry.reason],
              ["Request", <code key="request">{entry.requestId}</code>],
              ["Hash", <code key="hash">{entry.hash}</code>],
            ]}
          />
          <Told title="Before" text={entry.before} />
          <Told title="Asked for, or there after" text={entry.after} />
        </>
      )}
    </Modal>
  );
}

function Told({ title, text }: { title: string; text: string }) {
  if (text === "") return null;
  return (
    <section className={classes.json}>
      <h3>{title}</h3>
      <JsonText label={title} text={text} />
    </section>
  );
}
