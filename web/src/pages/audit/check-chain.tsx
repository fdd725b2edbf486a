import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { Button, TextInput } from "@mantine/core";
import { AuditService } from "@phoenix/gen/phoenix/gateway/v1/audit_service_pb.ts";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { CodeBlock } from "../../components/code-block.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { Panel } from "../../components/panel.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { TimeText } from "../../components/time-text.tsx";
import { formatCount } from "../../format/quantities.ts";
import classes from "./audit.module.css";

const hashPattern = /^[0-9a-f]{64}$/;

/** Has the server check the chain of hashes from one end to the other, and says what it found. */
export function CheckChain() {
  const transport = useTransport();
  const [known, setKnown] = useState("");
  const check = useMutation({
    mutationFn: async (knownHash: string) => {
      const answer = await createClient(AuditService, transport).verifyAudit({ knownHash });
      return { ...answer, atMs: Date.now() };
    },
  });
  const isHash = known === "" || hashPattern.test(known);
  return (
    <Panel
      title="Is it as it was written?"
      note="Each entry carries a hash over itself and the entry before, so that one that was changed, removed or put in between shows. Keep the newest hash elsewhere: with it, a check also shows whether entries at the end are gone, or all was written anew."
    >
      <form
        className={classes.check}
        onSubmit={(event) => {
          event.preventDefault();
          check.mutate(known);
        }}
      >
        <TextInput
          label="Hash of an earlier check, if you kept one"
          value={known}
          error={isHash ? undefined : "A hash has 64 characters, 0 to 9 and a to f."}
          onChange={(event) => setKnown(event.currentTarget.value.trim())}
        />
        <Button type="submit" loading={check.isPending} disabled={!isHash}>
          Check all entries
        </Button>
      </form>
      {check.error !== null && <ErrorState error={check.error} />}
      {check.data !== undefined && (
        <>
          <div className={classes.result} role="status" data-testid="audit-check">
            {check.data.valid ? (
              <StatusBadge tone="good">Every entry fits</StatusBadge>
            ) : (
              <StatusBadge tone="bad">{`Entry ${check.data.brokenSequence} does not fit`}</StatusBadge>
            )}
            <span>{formatCount(Number(check.data.entries))} entries checked</span>
            <span className="px-dim">
              <TimeText time={timestampFromMs(check.data.atMs)} />
            </span>
            {check.data.detail !== "" && <strong>{check.data.detail}</strong>}
          </div>
          {check.data.newestHash !== "" && (
            <section className={classes.json}>
              <h3>Hash of the newest entry that fits</h3>
              <CodeBlock label="the newest hash" text={check.data.newestHash} />
            </section>
          )}
        </>
      )}
    </Panel>
  );
}
