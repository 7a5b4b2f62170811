// Pictures that several views draw: headlines, lists of bars, tiny histograms.

import { bar, figure, h, s } from "./dom.js";
import { count, exact, share } from "./format.js";

// Figures above a picture: [label, value, shown, colour?].
export const headline = (parts) =>
  h(
    "dl",
    { class: "headline" },
    parts.map(([label, value, shown, colour]) =>
      h(
        "div",
        {},
        h(
          "dt",
          {},
          colour === undefined
            ? null
            : h("span", { class: `key c${colour + 1}`, "aria-hidden": "true" }),
          label,
        ),
        h(
          "dd",
          {},
          figure(value, shown, value === null || typeof value === "string" ? null : exact(value)),
        ),
      ),
    ),
  );

// Bars in proportion to the longest: [{ id, label, part, value, beside?, colour?, marked? }].
export function barList(rows, kind = "") {
  const most = Math.max(...rows.map((row) => row.part ?? 0), 0);
  return h(
    "ul",
    { class: `bars ${kind}` },
    rows.map(({ id, label, part, value, beside, colour = "c1", marked }) =>
      h(
        "li",
        { "data-id": id, class: marked ? "marked" : null },
        h("span", { class: "label" }, label),
        part === null ? h("span", {}) : bar(most ? part / most : 0, colour),
        h(
          "span",
          { class: "value" },
          value,
          beside ? h("span", { class: "quietly" }, " ", beside) : null,
        ),
      ),
    ),
  );
}

// A histogram as small as a word. The tips tell the numbers, the label all of them.
export function tinyBars(
  counts,
  { names, label, most = Math.max(...counts, 1), width = 10, height = 28, kind = "" },
) {
  const total = counts.reduce((sum, number) => sum + number, 0);
  return s(
    "svg",
    {
      class: `tiny ${kind}`,
      viewBox: `0 0 ${counts.length * width} ${height}`,
      role: "img",
      "aria-label": label,
      preserveAspectRatio: "none",
    },
    s("line", { x1: 0, x2: counts.length * width, y1: height - 0.5, y2: height - 0.5 }),
    counts.map((number, place) => {
      const tall = number ? Math.max(1.5, (number / most) * (height - 2)) : 0;
      const part = total ? ` (${share(number / total)})` : "";
      return s(
        "g",
        {
          "data-tip": `${names[place]}: ${count(number)}${part}`,
        },
        s("rect", { class: "reach", x: place * width, y: 0, width, height }),
        s("rect", { x: place * width + 1, y: height - 1 - tall, width: width - 2, height: tall }),
      );
    }),
  );
}
