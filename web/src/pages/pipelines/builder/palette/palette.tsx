import { Button, Select, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { componentKey } from "../graph/canvas.ts";
import type { ComponentKind } from "../graph/graph-model.ts";
import { signals } from "../graph/ids.ts";
import type { ComponentType } from "../library/component-type.ts";
import { componentTypes, findType, searchTypes } from "../library/find-type.ts";
import { type Dragged, writeDragged } from "./dragged.ts";
import classes from "./palette.module.css";
import { useKnownTypes } from "./use-known-types.ts";

const kinds: readonly { kind: ComponentKind; title: string }[] = [
  { kind: "receiver", title: "Receivers" },
  { kind: "processor", title: "Processors" },
  { kind: "exporter", title: "Exporters" },
  { kind: "extension", title: "Extensions" },
];
/** What a pipeline file may define; rendering adds the rest. */
const inPipelineFiles: readonly ComponentKind[] = ["receiver", "processor"];

/** The library of components: to drag onto the canvas, or to add by Enter or a click. */
export function Palette({ pipelineFile, onAdd }: { pipelineFile: boolean; onAdd: (dragged: Dragged) => void }) {
  const [search, setSearch] = useState("");
  const known = useKnownTypes();
  const found = searchTypes(componentTypes, search);
  const routes = signals.filter((signal) => `pipeline of ${signal}`.includes(search.toLowerCase()));
  return (
    <section className={classes.palette} aria-label="Library">
      <TextInput
        label="Library"
        placeholder="Find a component"
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.groups} tabIndex={0} aria-label="Components">
        {routes.length > 0 && (
          <Group title="Pipelines">
            {routes.map((signal) => (
              <Item
                key={signal}
                title={`Pipeline of ${signal}`}
                about={`What receivers bring goes through it as ${signal}.`}
                dragged={{ what: "route", signal }}
                onAdd={onAdd}
              />
            ))}
          </Group>
        )}
        {kinds.map(({ kind, title }) => {
          const types = found.filter((each) => each.kind === kind);
          if (types.length === 0) return null;
          const out = pipelineFile && !inPipelineFiles.includes(kind);
          return (
            <Group key={kind} title={title} {...(out ? { note: "Rendering adds these to a pipeline file." } : {})}>
              {types.map((type) => (
                <Item
                  key={type.type}
                  title={type.title}
                  name={type.type}
                  about={type.about}
                  dragged={{ what: "component", component: startOf(type, known) }}
                  disabled={out}
                  {...(known !== undefined && !known.has(componentKey(kind, type.type))
                    ? { remark: "This server does not know it." }
                    : {})}
                  onAdd={onAdd}
                />
              ))}
            </Group>
          );
        })}
        {found.length + routes.length === 0 && <p className="px-dim">None is like this.</p>}
      </section>
      <OtherComponent pipelineFile={pipelineFile} known={known} onAdd={onAdd} />
    </section>
  );
}

function startOf({ kind, type, start }: ComponentType, known: ReadonlySet<string> | undefined) {
  return { kind, id: type, settings: start, known: known?.has(componentKey(kind, type)) ?? false };
}

function Group({ title, note, children }: { title: string; note?: string; children: React.ReactNode }) {
  return (
    <div>
      <h2 className={classes.group}>{title}</h2>
      {note !== undefined && <p className={classes.note}>{note}</p>}
      <ul className={classes.items}>{children}</ul>
    </div>
  );
}

type ItemProps = {
  title: string;
  name?: string;
  about: string;
  remark?: string;
  dragged: Dragged;
  disabled?: boolean;
  onAdd: (dragged: Dragged) => void;
};

function Item({ title, name, about, remark, dragged, disabled = false, onAdd }: ItemProps) {
  return (
    <li>
      <button
        type="button"
        className={classes.item}
        draggable={!disabled}
        disabled={disabled}
        title={about}
        onDragStart={(event) => writeDragged(event.dataTransfer, dragged)}
        onClick={() => onAdd(dragged)}
      >
        <span className={classes.itemTitle}>{title}</span>
        {name !== undefined && <code className={classes.itemName}>{name}</code>}
        {remark !== undefined && <span className={classes.remark}>{remark}</span>}
      </button>
    </li>
  );
}

type OtherProps = {
  pipelineFile: boolean;
  known: ReadonlySet<string> | undefined;
  onAdd: (dragged: Dragged) => void;
};

/** Any component by its name: the console need not know it. */
function OtherComponent({ pipelineFile, known, onAdd }: OtherProps) {
  const [kind, setKind] = useState<ComponentKind>("processor");
  const [name, setName] = useState("");
  const choices = [...kinds.map((each) => each.kind), "connector" as const].filter(
    (each) => !pipelineFile || inPipelineFiles.includes(each),
  );
  const wrong = name !== "" && !/^[A-Za-z][\w]*(?:\/\S+)?$/.test(name) ? "A type, or type/name." : undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const type = findType(kind, name);
    const component = {
      kind,
      id: name,
      settings: type?.start ?? "",
      known: known?.has(componentKey(kind, name)) ?? false,
    };
    onAdd({ what: "component", component });
    setName("");
  };
  return (
    <form className={classes.other} onSubmit={submit}>
      <Select
        label="Any other"
        size="xs"
        allowDeselect={false}
        data={choices}
        value={choices.includes(kind) ? kind : "processor"}
        onChange={(value) => setKind((value ?? "processor") as ComponentKind)}
      />
      <TextInput
        aria-label="Type of the component"
        placeholder="type or type/name"
        size="xs"
        value={name}
        error={wrong}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button
        type="submit"
        size="xs"
        variant="default"
        leftSection={<IconPlus size={14} />}
        disabled={name === "" || wrong !== undefined}
      >
        Add
      </Button>
    </form>
  );
}
