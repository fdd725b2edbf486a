import type { Finding } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import { StatusBadge } from "../../../components/status-badge.tsx";
import { severityOf } from "../data/findings.ts";
import classes from "../pipelines.module.css";

const tones = { error: "bad", warning: "warn", info: "idle" } as const;

/** What the checks found, each with where it is and what to do about it. */
export function FindingList({
  findings,
  onGo,
}: {
  findings: readonly Finding[];
  /** Goes to where it is; without it the place is only named. */
  onGo?: (finding: Finding) => void;
}) {
  return (
    <ul className={classes.findings}>
      {findings.map((finding) => (
        <li key={`${finding.rule} ${finding.path} ${finding.line} ${finding.column} ${finding.message}`}>
          <StatusBadge tone={tones[severityOf(finding)]}>{severityOf(finding)}</StatusBadge>
          <div>
            <span>{finding.message}</span> {finding.suggestion !== "" && <span>{finding.suggestion}</span>}
            <div className={classes.findingPlace}>
              <code>{finding.rule}</code>
              {where(finding) !== "" &&
                (onGo === undefined ? (
                  <span>{where(finding)}</span>
                ) : (
                  <button type="button" className={classes.textButton} onClick={() => onGo(finding)}>
                    {where(finding)}
                  </button>
                ))}
            </div>
          </div>
        </li>
      ))}
    </ul>
  );
}

function where({ path, line, column }: Finding): string {
  return [path, line > 0 ? `line ${line}${column > 0 ? `:${column}` : ""}` : ""].filter(Boolean).join(", ");
}
