// Before anything is painted: the theme and the language that were chosen, else those of the browser.
(() => {
  const readStored = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const root = document.documentElement;
  const systemTheme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  root.dataset.theme = readStored("lotse-theme") || systemTheme;
  const wanted = [readStored("lotse-language"), ...(navigator.languages || [navigator.language])];
  const languages = wanted.map((tag) => (tag || "").slice(0, 2).toLowerCase());
  root.lang = languages.find((language) => ["de", "en"].includes(language)) || "en";
})();
