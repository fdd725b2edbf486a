import type { Plugin } from "vite";

/**
 * Names scripts in the page beside its entry, so that they come while it does and not when it asks for them:
 * the chunk `run` runs at once, the chunk `read` is only read.
 */
export function quickStart({ run, read }: { run: string; read: string }): Plugin {
  return {
    name: "phoenix-quick-start",
    transformIndexHtml: {
      order: "post",
      handler(_, { bundle = {} }) {
        const find = (name: string): string => {
          const chunk = Object.values(bundle).find((chunk) => chunk.type === "chunk" && chunk.name === name);
          if (chunk === undefined) throw new Error(`the console has no chunk ${name}`);
          return `/${chunk.fileName}`;
        };
        const kind = { injectTo: "head-prepend" as const };
        return [
          { ...kind, tag: "script", attrs: { type: "module", async: true, crossorigin: true, src: find(run) } },
          { ...kind, tag: "link", attrs: { rel: "modulepreload", crossorigin: true, href: find(read) } },
        ];
      },
    },
  };
}
