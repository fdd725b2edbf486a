import { ActionIcon, Select } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconTrash } from "@tabler/icons-react";
import { appendTo, changeRoute, moveWithin, takeOut } from "../graph/edit.ts";
import type { GraphModel, RouteList } from "../graph/graph-model.ts";
import type { GraphStore } from "../graph/graph-store.ts";
import { signalOf } from "../graph/ids.ts";
import { findType } from "../library/find-type.ts";
import classes from "./panel.module.css";
import { LateInput } from "./setting-field.tsx";

const lists = [
  { list: "receivers", title: "Receivers", one: "receiver" },
  { list: "processors", title: "Processors, in order", one: "processor" },
  { list: "exporters", title: "Exporters", one: "exporter" },
] as const;

/** A pipeline as lists: its name, what is in it and in which order. */
export function RoutePanel({
  graph,
  model,
  routeId,
  readOnly,
}: {
  graph: GraphStore;
  model: GraphModel;
  routeId: string;
  readOnly: boolean;
}) {
  const route = model.routes.find(({ id }) => id === routeId);
  if (route === undefined) return null;
  const { change } = graph.getState();
  const rename = (to: string): void => {
    if (model.routes.some(({ id }) => id === to) || to.trim() === "") return;
    change((now) => changeRoute(now, routeId, (each) => ({ ...each, id: to })), `${routeId} is ${to} now.`);
    graph.getState().choose([`route:${to}`]);
  };
  return (
    <div className={classes.form}>
      <LateInput
        label="Name"
        description="The signal first: traces, metrics, logs or profiles, then /name."
        value={routeId}
        error={signalOf(routeId) === undefined ? "It begins with traces, metrics, logs or profiles." : undefined}
        readOnly={readOnly}
        onCommit={rename}
      />
      {lists.map(({ list, title, one }) => {
        const choices = choicesOf(model, list, routeId).filter((id) => !route[list].includes(id));
        if (list === "exporters" && model.pipelineFile && route.exporters.length === 0) return null;
        return (
          <section key={list} aria-label={title}>
            <h3 className={classes.heading}>{title}</h3>
            <ol className={classes.lines}>
              {route[list].map((id, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a name may stand there twice
                <li key={`${id} ${index}`}>
                  <span>{id}</span>
                  {!readOnly && (
                    <>
                      {list === "processors" && (
                        <>
                          <ActionIcon
                            variant="subtle"
                            color="gray"
                            size="sm"
                            aria-label={`Move ${id} up`}
                            disabled={index === 0}
                            onClick={() =>
                              change((now) => moveWithin(now, routeId, list, { from: index, to: index - 1 }))
                            }
                          >
                            <IconArrowUp size={14} />
                          </ActionIcon>
                          <ActionIcon
                            variant="subtle"
                            color="gray"
                            size="sm"
                            aria-label={`Move ${id} down`}
                            disabled={index === route[list].length - 1}
                            onClick={() =>
                              change((now) => moveWithin(now, routeId, list, { from: index, to: index + 2 }))
                            }
                          >
                            <IconArrowDown size={14} />
                          </ActionIcon>
                        </>
                      )}
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        size="sm"
                        aria-label={`Take ${id} out`}
                        onClick={() =>
                          change((now) => takeOut(now, routeId, list, index), `${id} is out of ${routeId}.`)
                        }
                      >
                        <IconTrash size={14} />
                      </ActionIcon>
                    </>
                  )}
                </li>
              ))}
            </ol>
            {!readOnly && choices.length > 0 && (
              <Select
                aria-label={`Add a ${one}`}
                placeholder={`Add a ${one}`}
                size="xs"
                searchable
                data={choices}
                value={null}
                onChange={(id) =>
                  id !== null && change((now) => appendTo(now, routeId, list, id), `${id} is in ${routeId}.`)
                }
              />
            )}
          </section>
        );
      })}
    </div>
  );
}

/** Components that a list of a route may name, connectors included. */
function choicesOf({ components }: GraphModel, list: RouteList, routeId: string): string[] {
  const kinds = list === "processors" ? ["processor"] : [list.slice(0, -1), "connector"];
  const signal = signalOf(routeId);
  return components
    .filter(({ kind, id }) => {
      const signals = findType(kind, id)?.signals;
      return kinds.includes(kind) && (signals === undefined || signal === undefined || signals.includes(signal));
    })
    .map(({ id }) => id);
}
