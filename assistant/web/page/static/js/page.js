// What every part of the page shares: its data, its words, its elements, what the browser stores.

export const boot = JSON.parse(document.getElementById("lotse-boot").textContent);
export const page = { language: document.documentElement.lang, me: boot.me, view: "ask" };

// A storage of the browser that may be missing, as in a private window: then nothing is stored.
function openStore(pickStorage) {
  const attempt = (action) => {
    try {
      return action(pickStorage());
    } catch {
      return null;
    }
  };
  return {
    get: (key) => attempt((storage) => storage.getItem(key)),
    set: (key, value) => attempt((storage) => storage.setItem(key, value)),
    drop: (key) => attempt((storage) => storage.removeItem(key)),
  };
}
export const browserStore = openStore(() => localStorage);
export const tabStore = openStore(() => sessionStorage);
export const sessionId = tabStore.get("lotse-session") || crypto.randomUUID?.() || String(Math.random()).slice(2);
tabStore.set("lotse-session", sessionId);

export const $ = (name) => document.getElementById(`lotse-${name}`);
export const isNarrow = () => matchMedia("(max-width: 959px)").matches;

// ---- words
export const t = (key, values = {}) => {
  const text = boot.texts[page.language][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
};
export const hasText = (key) => key in boot.texts[page.language];
export const capitalise = (text) => text.charAt(0).toUpperCase() + text.slice(1);
export const isOtherLanguage = (language, other) => language.slice(0, 2) !== other.slice(0, 2);
export const languageName = (tag) => {
  const key = `lang_${tag.slice(0, 2)}`;
  return hasText(key) ? t(key) : tag;
};
// What people call a product; one that came after the page was loaded is called as it is written
export const productName = (product) => boot.products[product]?.[page.language] ?? capitalise(product);

// ---- numbers
export const formatNumber = (value, digits = 0) =>
  value.toLocaleString(page.language === "de" ? "de-DE" : "en-GB", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
export const formatCount = (key, n) => (n === 1 ? t(`${key}_one`) : t(key, { n: formatNumber(n) }));

// ---- days and moments, on the team's clock whatever the browser's
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const clock = new Intl.DateTimeFormat("sv-SE", { timeZone: boot.time_zone, dateStyle: "short", timeStyle: "short" });
const dayAndTime = (moment) => clock.format(moment).split(" ");

export const today = (ago_ms = 0) => dayAndTime(Date.now() - ago_ms)[0];

// A day, or the one that a moment falls on
export function formatDay(iso) {
  const isoDay = iso.length > 10 ? dayAndTime(new Date(iso))[0] : iso;
  const [year, month, date] = isoDay.split("-");
  return page.language === "de" ? `${date}.${month}.${year}` : `${Number(date)} ${MONTHS[month - 1]} ${year}`;
}

export function formatMoment(iso) {
  const [isoDay, time] = dayAndTime(new Date(iso));
  return `${formatDay(isoDay)}, ${time}`;
}

const ISO_DAY = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const WRITTEN_DAY = /^(\d{1,2})\.?[ ./-]*(\d{1,2}|[A-Za-z]{3})[a-z]*\.?[ ./-]*(\d{4})$/;

// A day as somebody writes it, as ISO: as the page shows it, with numbers alone, or as ISO. Empty where it is none.
export function parseDay(written) {
  const text = written.trim();
  const iso = text.match(ISO_DAY);
  const [, date, monthWord, year] = iso ? [null, iso[3], iso[2], iso[1]] : (text.match(WRITTEN_DAY) ?? []);
  const namedMonth = MONTHS.findIndex((name) => name.toLowerCase() === monthWord?.toLowerCase()) + 1;
  const month = Number(monthWord) || namedMonth;
  const parsed = new Date(Date.UTC(year, month - 1, date));
  const exists = parsed.getUTCMonth() === month - 1 && parsed.getUTCDate() === Number(date);
  return exists ? parsed.toISOString().slice(0, 10) : "";
}

export const reviewedText = (iso) => (iso ? t("reviewed", { date: formatDay(iso) }) : t("never_reviewed"));

// ---- elements from data: text is text
function setAttribute(node, name, value) {
  if (name === "class") node.className = value;
  else if (name === "on") node.addEventListener("click", value);
  else if (name.startsWith("aria-") && typeof value === "boolean") node.setAttribute(name, String(value));
  else if (value === true) node.setAttribute(name, "");
  else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
}

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// A button of a kind: "plain", "primary", "quiet", "link", "row"
export const button = (kind, on, content, attributes = {}) =>
  el("button", { type: "button", class: kind, on, ...attributes }, content);
export const stateBadge = (word) => el("span", { class: `state ${word}` }, t(word));
export const setPressed = (node, pressed) => node.setAttribute("aria-pressed", pressed);

// ---- who paints anew when the language changes
const painters = [];
export const onLanguage = (paint) => painters.push(paint);

function translate(part) {
  for (const node of part.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
  for (const node of part.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  for (const node of part.querySelectorAll("[data-title]")) node.title = t(node.dataset.title);
  for (const node of part.querySelectorAll("[data-placeholder]")) node.placeholder = t(node.dataset.placeholder);
}

export function repaint() {
  translate($("desk"));
  for (const paint of painters) paint();
}
