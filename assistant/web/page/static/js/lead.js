// Leads' room: its tabs, and the way from one to another.
import * as board from "./lead/board.js";
import * as health from "./lead/health.js";
import * as inbox from "./lead/inbox.js";
import * as overview from "./lead/overview.js";
import * as reports from "./lead/reports.js";
import { $, el, onLanguage, t } from "./page.js";

const TABS = { overview, gaps: board, inbox, health, reports };
let currentTab = "overview";

const addressQuery = () => new URLSearchParams(location.search);

function openTab(tab, more = {}) {
  history.pushState(null, "", `/?${new URLSearchParams({ view: "lead", tab, ...more })}`);
  enter();
  // What was pressed is gone with the old page: the way on begins at the gap, or at the tab.
  const next = more.gap ? $("gap-detail") : $("lead").querySelector("[aria-current]");
  next.focus({ preventScroll: true });
}

function tabLink(tab) {
  const current = currentTab === tab ? "page" : null;
  const attributes = { href: `/?view=lead&tab=${tab}`, "aria-current": current, "data-tab": tab };
  return el("a", attributes, t(`tab_${tab}`));
}

function paint() {
  const links = Object.keys(TABS).map(tabLink);
  $("lead").replaceChildren(
    el("nav", { class: "tabs", "aria-label": t("tabs") }, ...links),
    el("div", { class: "tab", id: "lotse-tab" }),
  );
  TABS[currentTab].paint($("tab"), addressQuery());
}

function followTab(event) {
  const link = event.target.closest("[data-tab]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openTab(link.dataset.tab, link.dataset.gap ? { gap: link.dataset.gap } : {});
}

export function wire() {
  $("lead").addEventListener("click", followTab);
  onLanguage(() => {
    if (!$("lead").hidden) paint();
  });
}

export function enter() {
  const tab = addressQuery().get("tab");
  currentTab = TABS[tab] ? tab : "overview";
  paint();
}

export const key = (event) => TABS[currentTab].key?.(event);
