import { TransportProvider } from "@connectrpc/connect-query";
import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { queryClient } from "./data/query-client.ts";
import { transport } from "./data/transport.ts";
import { router } from "./router.tsx";
import { theme } from "./theme/theme.ts";

const colorScheme = localStorageColorSchemeManager({ key: "phoenix-colour-scheme" });

/** The console: theme, data, routes. */
export function App() {
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={colorScheme}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <TransportProvider transport={transport}>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </TransportProvider>
    </MantineProvider>
  );
}
