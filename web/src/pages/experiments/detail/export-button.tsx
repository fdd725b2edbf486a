import { useTransport } from "@connectrpc/connect-query";
import { Button, Menu } from "@mantine/core";
import { IconChevronDown, IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { toastError } from "../../../components/toast.tsx";
import { saveFile } from "../../../data/save-file.ts";
import type { ExportFormat } from "./export-experiment.ts";

const types: Record<ExportFormat, string> = { html: "text/html", json: "application/json" };

/** Saves an experiment as the report that one can hand on, or as JSON; what makes them is loaded when it is asked for. */
export function ExportButton({ experimentId }: { experimentId: string }) {
  const transport = useTransport();
  const [busy, setBusy] = useState(false);
  const save = async (format: ExportFormat): Promise<void> => {
    setBusy(true);
    try {
      const { exportExperiment } = await import("./export-experiment.ts");
      saveFile(`${experimentId}.${format}`, await exportExperiment(transport, experimentId, format), types[format]);
    } catch (error) {
      toastError("The experiment could not be exported", error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button
          variant="default"
          loading={busy}
          leftSection={<IconDownload size={16} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void save("html")}>Report (HTML)</Menu.Item>
        <Menu.Item onClick={() => void save("json")}>Figures (JSON)</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
