import { useState } from "react";
import { EmptyState } from "../../../components/empty-state.tsx";
import { ForecastPanel } from "../catalog/forecast-panel.tsx";

/** What the pipeline would send as it is on the canvas; `text` is its file, undefined while it has errors or is being checked. */
export function Impact({ text }: { text: string | undefined }) {
  const [sound, setSound] = useState(text);
  if (text !== undefined && text !== sound) setSound(text);
  if (sound === undefined)
    return (
      <EmptyState title="There is no estimate yet" detail="It comes when the file has no errors: see the findings." />
    );
  return (
    <>
      {text === undefined && (
        <p className="px-dim">Of the file before it was changed: what it is now has errors, or is being checked.</p>
      )}
      <ForecastPanel of={{ pipelineFile: sound }} />
    </>
  );
}
