import { createTheme, type MantineColorsTuple } from "@mantine/core";

/** What a button that shows a cross alone is called. */
const named = { "aria-label": "Close" };

/**
 * Colours, fonts and defaults of Mantine's components. Its CSS variables are
 * written to a file when the console is built (build/theme-css.ts): a page
 * under a strict content security policy may not make style elements.
 */
export const theme = createTheme({
  primaryColor: "indigo",
  // From text to background: the blue greys of console.css, so that fields and buttons are of the same night.
  colors: {
    dark: [
      ...["#e6eaf2", "#c3cbda", "#a5b0c5", "#8591a8", "#3d4960"],
      ...["#313b4e", "#232c3c", "#181e2a", "#141a25", "#10141d"],
    ] as unknown as MantineColorsTuple,
  },
  // Shade 8 has enough contrast on white and under white in both schemes (WCAG AA).
  primaryShade: { light: 8, dark: 8 },
  defaultRadius: "sm",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace",
  headings: { fontWeight: "650" },
  cursorType: "pointer",
  components: {
    // Locking the scroll would make a style element.
    Modal: { defaultProps: { lockScroll: false, centered: true, closeButtonProps: named } },
    Notification: { defaultProps: { closeButtonProps: named } },
    Drawer: { defaultProps: { lockScroll: false } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 250, multiline: true, events: tooltipEvents() } },
    Select: { defaultProps: { checkIconPosition: "right" } },
  },
});

/** Hover, focus and touch: a tooltip is never for the mouse alone. */
function tooltipEvents() {
  return { hover: true, focus: true, touch: true };
}
