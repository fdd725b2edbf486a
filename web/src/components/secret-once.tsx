import { Button, Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { CodeBlock } from "./code-block.tsx";
import classes from "./components.module.css";

/** Shows a secret that the server tells this once; only its own button closes it. */
export function SecretOnce({
  title,
  label,
  secret,
  children,
  onClose,
}: {
  title: string;
  /** What the secret is, for the button that copies it. */
  label: string;
  /** Nothing is shown without one. */
  secret: string | undefined;
  /** What to do with it. */
  children?: ReactNode;
  onClose: () => void;
}) {
  return (
    <Modal
      opened={secret !== undefined}
      onClose={onClose}
      title={title}
      size="lg"
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      {secret !== undefined && (
        <>
          <p className={classes.dialogText}>It is shown this once: nobody, the server included, can read it again.</p>
          <CodeBlock text={secret} label={label} />
          {children}
          <div className={classes.dialogFoot}>
            <Button onClick={onClose}>I have kept it</Button>
          </div>
        </>
      )}
    </Modal>
  );
}
