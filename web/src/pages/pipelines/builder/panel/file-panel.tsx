import { useState } from "react";
import { parseDocument } from "yaml";
import type { GraphModel } from "../graph/graph-model.ts";
import type { GraphStore } from "../graph/graph-store.ts";
import { readSettings, settingAt, withSetting } from "../library/settings-document.ts";
import { LateYaml } from "./late-yaml.tsx";
import classes from "./panel.module.css";
import { LateInput } from "./setting-field.tsx";

const fields = [
  { key: "name", label: "Name", help: "Small letters, digits and hyphens; the same name again is its next version." },
  { key: "title", label: "Title", help: "For people." },
  { key: "strategy", label: "Strategy", help: "What it does to the data, in one sentence." },
  { key: "keeps", label: "Keeps", help: "What it promises to keep, in one sentence." },
  { key: "drops", label: "Drops", help: "What it drops, in one sentence." },
] as const;

/** What a file says besides its components: name and sentences of a pipeline file, the rest as YAML. */
export function FilePanel({ graph, model, readOnly }: { graph: GraphStore; model: GraphModel; readOnly: boolean }) {
  const { change } = graph.getState();
  const document = readSettings(model.otherSettings);
  return (
    <div className={classes.form}>
      {model.pipelineFile &&
        document !== undefined &&
        fields.map(({ key, label, help }) => {
          const value = settingAt(document, [key]);
          const text = value.kind === "text" ? value.text : "";
          return (
            <LateInput
              key={key}
              label={label}
              description={help}
              value={text}
              error={text === "" ? "The file needs this." : undefined}
              required
              readOnly={readOnly}
              onCommit={(next) =>
                change((now) => ({ ...now, otherSettings: withSetting(now.otherSettings, [key], next) }))
              }
            />
          );
        })}
      <Rest
        title={model.pipelineFile ? "All of this, with the variables" : "Beside the known sections"}
        text={model.otherSettings}
        readOnly={readOnly}
        onCommit={(otherSettings) => change((now) => ({ ...now, otherSettings }))}
      />
      {!model.pipelineFile && (
        <Rest
          title="The rest of the service"
          text={model.serviceSettings}
          readOnly={readOnly}
          onCommit={(serviceSettings) => change((now) => ({ ...now, serviceSettings }))}
        />
      )}
    </div>
  );
}

type RestProps = { title: string; text: string; readOnly: boolean; onCommit: (text: string) => void };

function Rest({ title, text, readOnly, onCommit }: RestProps) {
  const [wrong, setWrong] = useState<string>();
  const take = (next: string): void => {
    const [problem] = parseDocument(next).errors;
    setWrong(problem?.message.split("\n")[0]);
    if (problem === undefined) onCommit(next);
  };
  return (
    <section aria-label={title}>
      <h3 className={classes.heading}>{title}</h3>
      <LateYaml label={title} value={text} height="220px" onCommit={readOnly ? undefined : take} />
      {wrong !== undefined && <p className={classes.wrong}>Not taken over: {wrong}</p>}
    </section>
  );
}
