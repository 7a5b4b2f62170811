// Light, dark, or as the system has it; always light on paper.

const ORDER = ["system", "light", "dark"];
const NAMES = { system: "Auto", light: "Light", dark: "Dark" };
const root = document.documentElement;

export function startThemes(redraw) {
  const button = document.getElementById("theme");
  let chosen = root.dataset.theme ?? "system";

  function apply(theme) {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
  }

  function label() {
    button.textContent = NAMES[chosen];
    button.setAttribute("aria-label", `Theme: ${NAMES[chosen].toLowerCase()}. Change`);
    button.dataset.icon = chosen;
  }

  button.addEventListener("click", () => {
    chosen = ORDER[(ORDER.indexOf(chosen) + 1) % ORDER.length];
    try {
      if (chosen === "system") localStorage.removeItem("theme");
      else localStorage.setItem("theme", chosen);
    } catch {
      // Storage is switched off: the choice lasts as long as the page.
    }
    apply(chosen);
    label();
    redraw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("beforeprint", () => {
    apply("light");
    redraw();
  });
  addEventListener("afterprint", () => {
    apply(chosen);
    redraw();
  });
  label();
}
