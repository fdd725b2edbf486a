import { Tooltip } from "@mantine/core";
import { IconHelpCircle } from "@tabler/icons-react";
import classes from "./components.module.css";

/** A question mark that explains a word; by mouse, keyboard and touch. */
export function HelpTip({ about, text }: { about: string; text: string }) {
  return (
    <Tooltip label={text} w={280}>
      <button type="button" className={classes.help} aria-label={`About ${about}: ${text}`}>
        <IconHelpCircle size={15} stroke={1.7} aria-hidden />
      </button>
    </Tooltip>
  );
}
