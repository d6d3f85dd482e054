// Before anything is painted: the theme and the language that were chosen, else those of the browser.
"use strict";
(() => {
  const kept = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const root = document.documentElement;
  root.dataset.theme = kept("lotse-theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const wanted = [kept("lotse-language"), ...(navigator.languages || [navigator.language])];
  root.lang = wanted.map((tag) => (tag || "").slice(0, 2).toLowerCase()).find((tag) => ["de", "en"].includes(tag)) || "en";
})();
