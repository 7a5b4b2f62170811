// Tables: sortable, long ones shortened, with a place of their own to scroll in.

import { figure, h } from "./dom.js";
import { count, exact } from "./format.js";

const LONGEST = 10;

// A column of numbers that the rows have under this key.
export const numberColumn = (key, label, show, help) => ({
  key,
  label,
  show,
  help,
  numeric: true,
  value: (row) => row[key],
});

// Columns: { key, label, show, value(row), numeric, draw?(row), help? }.
export function dataTable(
  context,
  key,
  {
    caption,
    columns,
    rows,
    rowId = null,
    highlight = null,
    sortable = true,
    longest = LONGEST,
    kind = "",
  },
) {
  context.ui[key] ??= { sort: null, descending: true, all: false };
  const ui = context.ui[key];
  let shown = rows;
  const by = columns.find((column) => column.key === ui.sort);
  if (by)
    shown = [...rows].sort((one, other) => compare(by.value(one), by.value(other), ui.descending));
  const isMarked = (row) => highlight !== null && rowId && row[rowId] === highlight;
  const hidden = ui.all ? 0 : Math.max(0, shown.length - longest);
  if (hidden) {
    const rest = shown.slice(longest).filter(isMarked);
    shown = [...shown.slice(0, longest), ...rest];
  }
  const table = h(
    "table",
    { class: kind },
    h("caption", { class: "unseen" }, caption),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        columns.map((column) => head(context, key, column, ui, sortable)),
      ),
    ),
    h(
      "tbody",
      {},
      shown.map((row) =>
        h(
          "tr",
          { class: isMarked(row) ? "marked" : null, "data-id": rowId ? row[rowId] : null },
          columns.map((column, place) =>
            h(
              place === 0 || column.heads ? "th" : "td",
              {
                scope: place === 0 || column.heads ? "row" : null,
                class: column.numeric ? "number" : null,
              },
              cell(column, row),
            ),
          ),
        ),
      ),
    ),
  );
  const more =
    rows.length > longest && (hidden || ui.all)
      ? h(
          "button",
          {
            type: "button",
            class: "link more",
            "data-key": `${key}-more`,
            on: {
              click: () => {
                ui.all = !ui.all;
                context.redraw();
              },
            },
          },
          ui.all ? `Show the first ${longest}` : `Show all ${count(rows.length)}`,
        )
      : null;
  return [
    h(
      "div",
      {
        class: hidden ? "scroll" : "scroll bounded",
        tabindex: "0",
        role: "region",
        "aria-label": caption,
        "data-key": `${key}-scroll`,
      },
      table,
    ),
    more,
  ].filter(Boolean);
}

function head(context, key, column, ui, sortable) {
  const sorted = ui.sort === column.key;
  const direction = sorted ? (ui.descending ? "descending" : "ascending") : null;
  const label = [
    column.label,
    sorted ? h("span", { "aria-hidden": "true" }, ui.descending ? " ↓" : " ↑") : null,
  ];
  return h(
    "th",
    {
      scope: "col",
      class: column.numeric ? "number" : null,
      "aria-sort": direction,
      "data-tip": column.help ?? null,
    },
    sortable && column.value
      ? h(
          "button",
          {
            type: "button",
            class: "sort",
            "data-key": `${key}-sort-${column.key}`,
            on: {
              click: () => {
                ui.descending = sorted ? !ui.descending : Boolean(column.numeric);
                ui.sort = column.key;
                context.redraw();
              },
            },
          },
          label,
        )
      : label,
  );
}

function cell(column, row) {
  if (column.draw) return column.draw(row);
  const value = column.value(row);
  if (!column.numeric)
    return value === null || value === undefined
      ? h("span", { class: "none" }, "–")
      : column.show(value);
  return figure(value, column.show(value), typeof value === "number" ? exact(value) : null);
}

function compare(one, other, descending) {
  const [none, missing] = [one ?? null, other ?? null];
  if (none === null || missing === null) return (none === null) - (missing === null);
  const order = typeof one === "string" ? one.localeCompare(other) : one - other;
  return descending ? -order : order;
}
