// The frame around the views: header, theme, language, keys, and the sign-in.
import * as articles from "./articles.js";
import * as desk from "./desk.js";
import { call, onConnection, onSignIn, post } from "./http.js";
import { $, boot, browserStore, button, el, onLanguage, page, repaint, setPressed, t, tabStore } from "./page.js";
import * as pane from "./pane.js";
import { addView, currentView, goTo, showView, viewOf } from "./views.js";

const NOTICE_MS = 4000;
const root = document.documentElement;
const systemDark = matchMedia("(prefers-color-scheme: dark)");
const TYPING = "input:not([type=radio]):not([type=checkbox]), textarea, select";
const waitingForSignIn = [];

export function startPage() {
  addView("ask", desk);
  addView("articles", articles);
  document.body.append(document.getElementById("lotse-template").content.cloneNode(true));
  $("main").append(document.getElementById("lotse-parts").content.cloneNode(true));
  onLanguage(paintShell);
  wireShell();
  if (page.me.signed_in || page.me.open) startViews();
  else showGate();
  $("desk").dataset.ready = "true";
}

// Nothing but the sign-in: the page is loaded anew behind it, with what this role may see.
function showGate() {
  repaint();
  $("frame").hidden = true;
  $("views").hidden = true;
  openSignIn("sign_in_why").then(() => location.reload());
}

function startViews() {
  pane.wire();
  desk.wire();
  articles.wire();
  if (mayLead()) startLead();
  onSignIn(() => openSignIn("sign_in_again"));
  onConnection((change) => notice(change === "lost" ? "server_lost" : "server_back", { fades: change === "back" }));
  repaint();
  showView(viewOf(location));
  if (page.view === "ask") pane.openFrom(new URL(location.href));
}

// The leads' room is a third of the page: loaded only for those who may see it.
async function startLead() {
  const lead = await import("./lead.js");
  addView("lead", lead);
  lead.wire();
  showView(viewOf(location));
}

const mayLead = () => ["lead", "admin"].includes(page.me.role) && boot.lead;

// ---- painting
function paintShell() {
  root.lang = page.language;
  document.title = t("name");
  for (const node of $("desk").querySelectorAll("[data-language]")) {
    setPressed(node, node.dataset.language === page.language);
  }
  for (const node of $("desk").querySelectorAll("[data-theme-choice]")) {
    setPressed(node, node.dataset.themeChoice === root.dataset.theme);
  }
  $("views").querySelector("[data-go=lead]").hidden = !mayLead();
  paintWho();
  $("keys-list").replaceChildren(...boot.keys.flatMap(([keys, key]) => keyRow(keys, key)));
}

function keyRow(keys, key) {
  const caps = keys.split(" ").map((name) => el("kbd", {}, name.length > 3 ? t(name) : name));
  return [el("dt", {}, ...caps), el("dd", {}, t(key))];
}

function paintWho() {
  const { me } = page;
  if (!me.role) return $("who").replaceChildren();
  const title = me.open && !me.signed_in ? t("open_hint") : t("signed_in_as", { name: me.name });
  const who = me.signed_in ? `${me.name} · ${t(`role_${me.role}`)}` : t(boot.demo ? "demo" : "open_here");
  const leave = me.leave ? [button("quiet", signOut, t("sign_out"))] : [];
  $("who").replaceChildren(el("span", { title }, who), ...leave);
}

function notice(key, { fades }) {
  $("notice").hidden = false;
  $("notice").dataset.text = key;
  $("notice").textContent = t(key);
  if (!fades) return;
  setTimeout(() => {
    if ($("notice").dataset.text === key) $("notice").hidden = true;
  }, NOTICE_MS);
}

// ---- what people do
function setTheme(theme) {
  root.dataset.theme = theme;
  paintShell();
}

function chooseTheme(theme) {
  browserStore.set("lotse-theme", theme);
  setTheme(theme);
}

function chooseLanguage(language) {
  page.language = language;
  browserStore.set("lotse-language", language);
  repaint();
}

function wireShell() {
  for (const node of $("desk").querySelectorAll("[data-theme-choice]")) {
    node.addEventListener("click", () => chooseTheme(node.dataset.themeChoice));
  }
  for (const node of $("desk").querySelectorAll("[data-language]")) {
    node.addEventListener("click", () => chooseLanguage(node.dataset.language));
  }
  systemDark.addEventListener("change", () => {
    if (!browserStore.get("lotse-theme")) setTheme(systemDark.matches ? "dark" : "light");
  });
  $("keys-open").addEventListener("click", () => $("keys").showModal());
  $("keys-close").addEventListener("click", () => $("keys").close());
  $("sign-in-form").addEventListener("submit", signIn);
  $("sign-in").addEventListener("cancel", (event) => event.preventDefault());
  document.addEventListener("click", followView);
  addEventListener("popstate", () => showView(viewOf(location)));
  document.addEventListener("keydown", pressKey);
}

function followView(event) {
  const link = event.target.closest?.("a[data-go]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  goTo(link.dataset.go, link.getAttribute("href"));
}

function pressKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open]") || event.target.closest?.(TYPING)) return;
  if (event.key === "?") return $("keys").showModal();
  if (event.key === "Escape" && pane.isOpen()) return pane.close();
  currentView()?.key?.(event);
}

// ---- signing in
function openSignIn(why) {
  $("sign-in-why").dataset.text = why;
  $("sign-in-why").textContent = t(why);
  if (!$("sign-in").open) $("sign-in").showModal();
  $("name").focus();
  return new Promise((resolve) => waitingForSignIn.push(resolve));
}

function signInTrouble(error) {
  if (error.offline) return "error_offline";
  if (error.status === 429) return "error_often";
  return error.code === "locked" ? "sign_in_locked" : "sign_in_wrong";
}

async function signIn(event) {
  event.preventDefault();
  try {
    await post("/page/sign-in", { name: $("name").value, password: $("password").value });
    page.me = await call("/page/me");
  } catch (error) {
    $("sign-in-error").hidden = false;
    $("sign-in-error").textContent = t(signInTrouble(error));
    return $("password").select();
  }
  $("sign-in-error").hidden = true;
  $("password").value = "";
  $("sign-in").close();
  paintWho();
  for (const resolve of waitingForSignIn.splice(0)) resolve();
}

async function signOut() {
  await post("/page/sign-out", {}).catch(() => {});
  browserStore.drop("lotse-recent");
  tabStore.drop("lotse-draft");
  location.href = "/";
}
