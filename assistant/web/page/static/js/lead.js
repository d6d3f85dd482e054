// Leads' room: its tabs, and what they share.
import { $, el, onWords, t } from "./page.js";
import * as overview from "./lead/overview.js";
import * as board from "./lead/board.js";
import * as inbox from "./lead/inbox.js";
import * as health from "./lead/health.js";
import * as reports from "./lead/reports.js";

const TABS = { overview, gaps: board, inbox, health, reports };
const room = { tab: "overview" };

export function open(tab, more = {}) {
  history.pushState(null, "", `/?${new URLSearchParams({ view: "lead", tab, ...more })}`);
  enter();
  // What was pressed is gone with the old page: the way on begins at the gap, or at the tab.
  (more.gap ? $("gap-detail") : $("lead").querySelector("[aria-current]")).focus({ preventScroll: true });
}

const wanted = () => new URLSearchParams(location.search);

function paint() {
  const link = (tab) => el("a", { href: `/?view=lead&tab=${tab}`, "aria-current": room.tab === tab ? "page" : null, "data-tab": tab }, t(`tab_${tab}`));
  $("lead").replaceChildren(el("nav", { class: "tabs", "aria-label": t("tabs") }, ...Object.keys(TABS).map(link)), el("div", { class: "tab", id: "lotse-tab" }));
  TABS[room.tab].paint($("tab"), wanted());
}

export function wire() {
  $("lead").addEventListener("click", (event) => {
    const link = event.target.closest("[data-tab]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link.dataset.tab, link.dataset.gap ? { gap: link.dataset.gap } : {});
  });
  onWords(() => { if (!$("lead").hidden) paint(); });
}

export function enter() {
  const tab = wanted().get("tab");
  room.tab = TABS[tab] ? tab : "overview";
  paint();
}

export const key = (event) => TABS[room.tab].key?.(event);
