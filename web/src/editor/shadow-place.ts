/**
 * The shadow root an editor lives in: there it keeps its style sheets as constructed ones, which a strict content
 * security policy allows, while it would make a style element in the page.
 */
export function shadowPlace(host: HTMLElement): { root: ShadowRoot; place: HTMLElement } {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const place = document.createElement("div");
  place.style.height = "100%";
  root.replaceChildren(place);
  return { root, place };
}
