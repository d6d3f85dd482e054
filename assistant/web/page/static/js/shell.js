// The frame around the parts: header, views, theme, language, who has signed in, keys.
import { $, boot, el, kept, onWords, page, repaint, t, tab } from "./page.js";
import { call, onLost, onSignIn, post } from "./http.js";
import * as pane from "./pane.js";
import * as desk from "./desk.js";
import * as browser from "./browser.js";

const VIEWS = { ask: desk, articles: browser };
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
let waiting = [];

export function start(host) {
  host.replaceChildren(document.getElementById("lotse-template").content.cloneNode(true));
  $("main").append(document.getElementById("lotse-parts").content.cloneNode(true));
  if (!page.me.signed_in && !page.me.open) return gate();
  run();
}

// Nothing but the sign-in: the page is loaded anew behind it, with what this role may see.
function gate() {
  onWords(showShell);
  wireShell();
  repaint();
  $("frame").hidden = $("views").hidden = true;
  openSignIn("sign_in_why").then(() => location.reload());
  $("desk").dataset.ready = "true";
}

function run() {
  onWords(showShell);
  wireShell();
  pane.wire();
  for (const part of Object.values(VIEWS)) part.wire();
  if (lead()) import("./lead.js").then((part) => { VIEWS.lead = part; part.wire(); show(viewOf(location)); });
  onSignIn(() => openSignIn("sign_in_again"));
  onLost((what) => notice(what === "lost" ? "server_lost" : "server_back", what === "back"));
  repaint();
  show(viewOf(location));
  if (page.view === "ask") pane.openFrom(new URL(location.href));
  $("desk").dataset.ready = "true";
}

const lead = () => ["lead", "admin"].includes(page.me.role) && boot.lead;
const viewOf = (place) => new URLSearchParams(place.search).get("view") || "ask";

export function show(view) {
  const known = VIEWS[view] ? view : "ask";
  page.view = known;
  $("desk").dataset.view = known;
  for (const part of $("main").querySelectorAll("[data-part]")) part.hidden = part.dataset.part !== known;
  $("frame").hidden = known === "lead";
  $("lead").hidden = known !== "lead";
  for (const link of $("views").querySelectorAll("[data-go]")) link.toggleAttribute("aria-current", link.dataset.go === known);
  VIEWS[known].enter();
}

export function go(view, address) {
  history.pushState(null, "", address);
  show(view);
}

function showShell() {
  root.lang = page.language;
  document.title = t("name");
  for (const node of $("desk").querySelectorAll("[data-language]")) node.setAttribute("aria-pressed", node.dataset.language === page.language);
  for (const node of $("desk").querySelectorAll("[data-theme-choice]")) node.setAttribute("aria-pressed", node.dataset.themeChoice === root.dataset.theme);
  $("views").querySelector("[data-go=lead]").hidden = !lead();
  showWho();
  const rows = boot.keys.map(([keys, key]) => [el("dt", {}, ...keys.split(" ").map((one) => el("kbd", {}, one.length > 3 ? t(one) : one))), el("dd", {}, t(key))]);
  $("keys-list").replaceChildren(...rows.flat());
}

function showWho() {
  const { me } = page;
  if (!me.role) return $("who").replaceChildren();
  const role = el("span", { title: me.open && !me.signed_in ? t("open_hint") : t("signed_in_as", { name: me.name }) }, me.signed_in ? `${me.name} · ${t(`role_${me.role}`)}` : t(boot.demo ? "demo" : "open_here"));
  const leave = me.leave ? el("button", { type: "button", class: "quiet", on: signOut }, t("sign_out")) : null;
  $("who").replaceChildren(...[role, leave].filter(Boolean));
}

function wireShell() {
  const setTheme = (theme) => { root.dataset.theme = theme; showShell(); };
  for (const node of $("desk").querySelectorAll("[data-theme-choice]")) node.addEventListener("click", () => { kept.set("lotse-theme", node.dataset.themeChoice); setTheme(node.dataset.themeChoice); });
  for (const node of $("desk").querySelectorAll("[data-language]")) node.addEventListener("click", () => { page.language = node.dataset.language; kept.set("lotse-language", page.language); repaint(); });
  dark.addEventListener("change", () => { if (!kept.get("lotse-theme")) setTheme(dark.matches ? "dark" : "light"); });
  $("keys-open").addEventListener("click", () => $("keys").showModal());
  $("keys-close").addEventListener("click", () => $("keys").close());
  $("sign-in-form").addEventListener("submit", signIn);
  $("sign-in").addEventListener("cancel", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-go]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(link.dataset.go, link.getAttribute("href"));
  });
  addEventListener("popstate", () => show(viewOf(location)));
  document.addEventListener("keydown", keyed);
}

function keyed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
  if (event.target.closest?.("input:not([type=radio]):not([type=checkbox]), textarea, select")) return;
  if (event.key === "?") return $("keys").showModal();
  if (event.key === "Escape" && pane.isOpen()) return pane.close();
  VIEWS[page.view].key?.(event);
}

// ---- signing in
function openSignIn(why) {
  $("sign-in-why").dataset.text = why;
  $("sign-in-why").textContent = t(why);
  if (!$("sign-in").open) $("sign-in").showModal();
  $("name").focus();
  return new Promise((resolve) => waiting.push(resolve));
}

async function signIn(event) {
  event.preventDefault();
  try {
    await post("/page/sign-in", { name: $("name").value, password: $("password").value });
    page.me = await call("/page/me");
  } catch (error) {
    $("sign-in-error").hidden = false;
    $("sign-in-error").textContent = t(error.offline ? "error_offline" : error.status === 429 ? "error_often" : error.code === "locked" ? "sign_in_locked" : "sign_in_wrong");
    return $("password").select();
  }
  $("sign-in-error").hidden = true;
  $("password").value = "";
  $("sign-in").close();
  showWho();
  for (const resolve of waiting.splice(0)) resolve();
}

async function signOut() {
  await post("/page/sign-out", {}).catch(() => {});
  kept.drop("lotse-recent");
  tab.drop("lotse-draft");
  location.href = "/";
}

function notice(key, fades) {
  $("notice").hidden = false;
  $("notice").dataset.text = key;
  $("notice").textContent = t(key);
  if (fades) setTimeout(() => { if ($("notice").dataset.text === key) $("notice").hidden = true; }, 4000);
}
