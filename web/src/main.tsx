/** The console's entry: style sheets, then the application. */
import "./theme/library.ts";
import "virtual:theme.css";
import "./theme/console.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";

const place = document.getElementById("root");
if (place === null) throw new Error("the page has no place for the console");
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
