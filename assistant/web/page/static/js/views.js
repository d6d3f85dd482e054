// The views of the page, and the way from one to another. A view: { enter, key }, both called only while it is shown.
import { $, page } from "./page.js";

const views = {};

export function addView(name, view) {
  views[name] = view;
}

export const currentView = () => views[page.view];
export const viewOf = (address) => new URLSearchParams(address.search).get("view") || "ask";

export function showView(wanted) {
  const name = views[wanted] ? wanted : "ask";
  page.view = name;
  $("desk").dataset.view = name;
  for (const part of $("main").querySelectorAll("[data-part]")) part.hidden = part.dataset.part !== name;
  $("frame").hidden = name === "lead";
  $("lead").hidden = name !== "lead";
  for (const link of $("views").querySelectorAll("[data-go]")) {
    link.toggleAttribute("aria-current", link.dataset.go === name);
  }
  views[name].enter();
}

export function goTo(view, address) {
  history.pushState(null, "", address);
  showView(view);
}
