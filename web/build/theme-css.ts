import { convertCssVariables, DEFAULT_THEME, defaultCssVariablesResolver, mergeMantineTheme } from "@mantine/core";
import type { Plugin } from "vite";
import { theme } from "../src/theme/theme.ts";

const id = "virtual:theme.css";
const resolved = "\0theme.css";

/** Serves `virtual:theme.css`: the variables of Mantine's theme as a static style sheet. */
export function themeCss(): Plugin {
  return {
    name: "phoenix-theme-css",
    resolveId: (source) => (source === id ? resolved : undefined),
    load(source) {
      if (source !== resolved) return undefined;
      return convertCssVariables(defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme)), ":root");
    },
  };
}
