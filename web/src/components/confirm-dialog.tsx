import { Button, Modal, Textarea } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useRequest } from "../data/use-request.ts";
import classes from "./components.module.css";
import { ErrorState } from "./error-state.tsx";
import { sayHeldBack } from "./held-back.tsx";

/** What someone confirmed. */
export type Confirmed = {
  /** What was written as the reason. */
  reason: string;
  /** Pressing again where no answer came has one effect. */
  requestId: string;
};

/**
 * Asks before something that matters, with a reason for the record. Stays open
 * while it is being done and says what went wrong; what waits for a second person closes it.
 */
export function ConfirmDialog({
  opened,
  title,
  children,
  confirm,
  destructive = false,
  reason = "optional",
  onConfirm,
  onClose,
}: {
  opened: boolean;
  title: string;
  /** What will happen, in plain words. */
  children: ReactNode;
  /** Word on the button: what it does. */
  confirm: string;
  destructive?: boolean;
  reason?: "none" | "optional" | "required";
  onConfirm: (confirmed: Confirmed) => Promise<unknown>;
  onClose: () => void;
}) {
  return (
    <Modal opened={opened} onClose={onClose} title={title}>
      <Question key={String(opened)} {...{ children, confirm, destructive, reason, onConfirm, onClose }} />
    </Modal>
  );
}

type QuestionProps = {
  children: ReactNode;
  confirm: string;
  destructive: boolean;
  reason: "none" | "optional" | "required";
  onConfirm: (confirmed: Confirmed) => Promise<unknown>;
  onClose: () => void;
};

function Question({ children, confirm, destructive, reason, onConfirm, onClose }: QuestionProps) {
  const [text, setText] = useState("");
  const { submit, busy, error } = useRequest(async (requestId) => {
    try {
      await onConfirm({ reason: text.trim(), requestId });
    } catch (failure) {
      if (!sayHeldBack(failure)) throw failure;
    }
    onClose();
  });
  return (
    <form onSubmit={submit}>
      <div className={classes.dialogText}>{children}</div>
      {error !== undefined && <ErrorState error={error} />}
      {reason !== "none" && (
        <Textarea
          label="Reason"
          description="Goes into the record."
          required={reason === "required"}
          value={text}
          maxLength={1024}
          autosize
          minRows={2}
          maxRows={6}
          data-autofocus
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
      <div className={classes.dialogFoot}>
        <Button variant="default" onClick={onClose} disabled={busy}>
          Leave it
        </Button>
        <Button
          type="submit"
          color={destructive ? "red" : "indigo"}
          loading={busy}
          disabled={reason === "required" && text.trim() === ""}
        >
          {confirm}
        </Button>
      </div>
    </form>
  );
}
