// Small menus: open with a button, walk with the arrows, leave with Escape or a click elsewhere.

import { make } from "./dom.js";

let open = null;

function close() {
  if (!open) return;
  open.panel.hidden = true;
  open.button.setAttribute("aria-expanded", "false");
  open = null;
}

function walk(event) {
  if (!open) return;
  const items = [...open.panel.querySelectorAll("[role=menuitem]")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && items.length) {
    event.preventDefault();
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
  } else if (event.key === "Escape") {
    const { button } = open;
    close();
    button.focus();
  }
}

// `items()` gives [{label, detail, testid, data, run}], asked for each time the menu opens; maybe later (a promise).
export function menu(button, panel, items, whenEmpty = "") {
  button.addEventListener("click", async (event) => {
    event.stopPropagation();
    const again = open?.panel === panel;
    close();
    if (again) return;
    const entries = await items();
    panel.replaceChildren(...(entries.length ? entries.map(item) : [make("p", {}, whenEmpty)]));
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    open = { button, panel };
    panel.querySelector("[role=menuitem]")?.focus();
  });
}

function item({ label, detail, testid, data, run }) {
  return make("button", { type: "button", role: "menuitem", "data-testid": testid, "data-kind": data, on: { click: () => { close(); run(); } } },
    make("span", {}, label), detail ? make("small", {}, detail) : null);
}

document.addEventListener("click", (event) => { if (open && !open.panel.contains(event.target)) close(); });
document.addEventListener("keydown", walk);
