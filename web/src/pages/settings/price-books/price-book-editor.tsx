import { useMutation } from "@connectrpc/connect-query";
import { Button } from "@mantine/core";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { useState } from "react";
import { ErrorState } from "../../../components/error-state.tsx";
import { Panel } from "../../../components/panel.tsx";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { toastDone } from "../../../components/toast.tsx";
import { sayError } from "../../../data/errors.ts";
import { readAnew } from "../../../data/read-anew.ts";
import { newRequestId } from "../../../data/request-id.ts";
import { YamlEditor } from "../../../editor/index.tsx";
import classes from "../settings.module.css";
import { marksOf } from "./fault-marks.ts";

/** Writes a price book: checked by the server, then stored as a new version of whatever name it says. */
export function PriceBookEditor({
  yaml,
  onStored,
  onClose,
}: {
  yaml: string;
  onStored: (name: string) => void;
  onClose: () => void;
}) {
  const [text, setText] = useState(yaml);
  const check = useMutation(BenchmarkService.method.applyPriceBook);
  const apply = useMutation(BenchmarkService.method.applyPriceBook);
  const busy = check.isPending || apply.isPending;
  const error = apply.error ?? check.error;
  const write = (next: string): void => {
    setText(next);
    check.reset();
    apply.reset();
  };
  const store = async (): Promise<void> => {
    check.reset();
    const { priceBook, changed } = await apply.mutateAsync({ requestId: newRequestId(), yaml: text });
    const name = priceBook?.name ?? "";
    toastDone(changed ? `Stored version ${priceBook?.version} of ${name}.` : `${name} says this already.`);
    await readAnew(BenchmarkService);
    onStored(name);
  };
  return (
    <Panel
      title="Another version"
      note="Under the same name it takes the book's place; under another name it stands beside it. Experiments that are over are priced anew when they are looked at."
    >
      <div className={classes.form}>
        <YamlEditor
          label="The price book as YAML"
          value={text}
          onChange={write}
          marks={error === null ? [] : marksOf(sayError(error))}
          height="440px"
        />
        {error !== null && <ErrorState error={error} />}
        {check.data !== undefined && (
          <div role="status">
            <StatusBadge tone="good">
              {check.data.changed
                ? `The server would store it as ${check.data.priceBook?.name}`
                : `${check.data.priceBook?.name} says this already`}
            </StatusBadge>
          </div>
        )}
        <div className={classes.foot}>
          <Button variant="default" onClick={onClose} disabled={busy}>
            Leave it
          </Button>
          <Button
            variant="default"
            loading={check.isPending}
            onClick={() => check.mutate({ requestId: newRequestId(), yaml: text, validateOnly: true })}
          >
            Check only
          </Button>
          <Button loading={apply.isPending} onClick={() => void store().catch(() => undefined)}>
            Store it
          </Button>
        </div>
      </div>
    </Panel>
  );
}
