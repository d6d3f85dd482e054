// What every part of the page shares: its data, its words, its elements, what it keeps.

export const boot = JSON.parse(document.getElementById("lotse-boot").textContent);
export const page = { language: document.documentElement.lang, me: boot.me, view: "ask" };

const area = (pick) => ({
  get: (key) => { try { return pick().getItem(key); } catch { return null; } },
  set: (key, value) => { try { pick().setItem(key, value); } catch { /* private mode: not kept */ } },
  drop: (key) => { try { pick().removeItem(key); } catch { /* nothing was kept */ } },
});
export const kept = area(() => localStorage);
export const tab = area(() => sessionStorage);
export const session = tab.get("lotse-session") || crypto.randomUUID?.() || String(Math.random()).slice(2);
tab.set("lotse-session", session);

export const $ = (name) => document.getElementById(`lotse-${name}`);
export const narrow = () => matchMedia("(max-width: 959px)").matches;

// Words, numbers, days
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
export const t = (key, values = {}) => (boot.texts[page.language][key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name]);
export const has = (key) => key in boot.texts[page.language];
export const number = (value, digits = 0) => value.toLocaleString(page.language === "de" ? "de-DE" : "en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
export const counted = (key, n) => (n === 1 ? t(`${key}_one`) : t(key, { n: number(n) }));
// A moment on the team's clock, whatever the browser's: its day as ISO, and its time
const clock = new Intl.DateTimeFormat("sv-SE", { timeZone: boot.time_zone, dateStyle: "short", timeStyle: "short" });
const local = (at) => clock.format(at).split(" ");
export const today = (before_ms = 0) => local(Date.now() - before_ms)[0];
// A day, or the one that a moment falls on
export function day(iso) {
  const [year, month, date] = (iso.length > 10 ? local(new Date(iso))[0] : iso).split("-");
  return page.language === "de" ? `${date}.${month}.${year}` : `${Number(date)} ${MONTHS[month - 1]} ${year}`;
}
export function moment(iso) {
  const [date, time] = local(new Date(iso));
  return `${day(date)}, ${time}`;
}
// A day as somebody writes it: as the page shows it, with numbers alone, or as ISO; nothing where it is none
export function dayOf(written) {
  const text = written.trim(), iso = text.match(/^(\d{4})-(\d{1,2})-(\d{1,2})$/), told = text.match(/^(\d{1,2})\.?[ ./-]*(\d{1,2}|[A-Za-z]{3})[a-z]*\.?[ ./-]*(\d{4})$/);
  const [year, word, date] = iso ? iso.slice(1) : told ? [told[3], told[2], told[1]] : [];
  const month = Number(word) || MONTHS.findIndex((name) => name.toLowerCase() === word?.toLowerCase()) + 1;
  const made = new Date(Date.UTC(year, month - 1, date));
  return made.getUTCMonth() === month - 1 && made.getUTCDate() === Number(date) ? made.toISOString().slice(0, 10) : "";
}
export const tongue = (tag) => (has(`lang_${tag.slice(0, 2)}`) ? t(`lang_${tag.slice(0, 2)}`) : tag);
export const foreign = (one, other) => one.slice(0, 2) !== other.slice(0, 2);
export const reviewed = (iso) => (iso ? t("reviewed", { date: day(iso) }) : t("never_reviewed"));
// What people call a product; one that came after the page was loaded is called as it is written
export const productName = (product) => boot.products[product]?.[page.language] ?? upper(product);
export const upper = (text) => text.charAt(0).toUpperCase() + text.slice(1);

// Elements from data: text is text
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") node.className = value;
    else if (name === "on") node.addEventListener("click", value);
    else if (name.startsWith("aria-") && typeof value === "boolean") node.setAttribute(name, String(value));
    else if (value === true) node.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}
export const state = (word) => el("span", { class: `state ${word}` }, t(word));

// Who redraws when the language changes
const painters = [];
export const onWords = (paint) => painters.push(paint);
export function words(part = $("desk")) {
  for (const node of part.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
  for (const node of part.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  for (const node of part.querySelectorAll("[data-title]")) node.title = t(node.dataset.title);
  for (const node of part.querySelectorAll("[data-placeholder]")) node.placeholder = t(node.dataset.placeholder);
}
export const repaint = () => { words(); for (const paint of painters) paint(); };
