import { Checkbox, TextInput } from "@mantine/core";
import { useState } from "react";
import { CodeBlock } from "../../../components/code-block.tsx";
import { SecretOnce } from "../../../components/secret-once.tsx";
import classes from "../settings.module.css";
import { installLine, isLoopback, likelyController } from "./install-line.ts";

/** Shows a new enrolment token, and the line that starts an agent with it. */
export function InstallAgent({ secret, onClose }: { secret: string | undefined; onClose: () => void }) {
  const [controller, setController] = useState(() => likelyController(window.location.hostname));
  const [plain, setPlain] = useState(false);
  const near = isLoopback(controller);
  return (
    <SecretOnce title="A token for new hosts" label="the enrolment token" secret={secret} onClose={onClose}>
      <div className={classes.form}>
        <TextInput
          mt="md"
          label="Where agents dial"
          description="Host and port of the server's agent port; 7471 unless it was started with another --agent-port."
          value={controller}
          onChange={(event) => setController(event.currentTarget.value.trim())}
        />
        {!near && (
          <Checkbox
            label="Without TLS"
            description="The host's credential then crosses the network in clear."
            checked={plain}
            onChange={(event) => setPlain(event.currentTarget.checked)}
          />
        )}
        <div>
          <p>Run this on each host, in a folder where Phoenix is installed:</p>
          <CodeBlock
            label="the line that starts an agent"
            text={installLine({ secret: secret ?? "", controller, plain: plain && !near })}
          />
        </div>
      </div>
    </SecretOnce>
  );
}
