import type { Host } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { Link } from "@tanstack/react-router";
import { type KeyboardEvent, useRef, useState } from "react";
import { healthOf } from "../../components/fleet-badges.tsx";
import classes from "./fleet.module.css";

/**
 * A square for each host, a link to its page. One of them is in the tab order;
 * the arrow keys, Home and End go to the others, up and down by rows.
 */
export function HostSquares({
  label,
  hosts,
  onLook,
}: {
  label: string;
  hosts: readonly Host[];
  onLook: (host: Host) => void;
}) {
  const list = useRef<HTMLUListElement>(null);
  const [at, setAt] = useState(0);
  const here = Math.min(at, hosts.length - 1);
  const move = (event: KeyboardEvent): void => {
    const next = nextOf(event.key, here, hosts.length, columnsOf(list.current));
    if (next === undefined) return;
    event.preventDefault();
    setAt(next);
    list.current?.querySelectorAll<HTMLElement>("a")[next]?.focus();
  };
  return (
    <ul ref={list} className={classes.squares} aria-label={`Hosts, ${label}`} onKeyDown={move}>
      {hosts.map((host, place) => {
        const [tone, word] = healthOf(host);
        return (
          <li key={host.hostId}>
            <Link
              to={`/fleet/${encodeURIComponent(host.hostId)}`}
              className={classes.square}
              data-tone={tone}
              aria-label={`${host.facts?.hostName || host.hostId}: ${word}`}
              tabIndex={place === here ? 0 : -1}
              onFocus={() => {
                setAt(place);
                onLook(host);
              }}
              onMouseEnter={() => onLook(host)}
            />
          </li>
        );
      })}
    </ul>
  );
}

function nextOf(key: string, here: number, count: number, columns: number): number | undefined {
  const steps: Record<string, number> = {
    ArrowRight: here + 1,
    ArrowLeft: here - 1,
    ArrowDown: here + columns,
    ArrowUp: here - columns,
    Home: 0,
    End: count - 1,
  };
  const next = steps[key];
  return next === undefined || next < 0 || next >= count ? undefined : next;
}

/** Squares in the first row, as they are laid out. */
function columnsOf(list: HTMLElement | null): number {
  const items = [...(list?.children ?? [])] as HTMLElement[];
  const top = items[0]?.offsetTop;
  const wrap = items.findIndex((item) => item.offsetTop !== top);
  return wrap === -1 ? Math.max(1, items.length) : wrap;
}
