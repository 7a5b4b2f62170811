// The filter bar: shows what the address says, and changes the address.

import { DAYS, GROUPINGS, address, changed, filtersBy, wholeDays } from "./address.js";
import { h, setChildren } from "./dom.js";
import { word } from "./format.js";

const byId = (id) => document.getElementById(id);
const MENUS = ["segmentId", "channelId", "categoryId", "decisionFlowId", "modelId", "offerId"];

export class Filters {
  constructor() {
    this.menus = new Map(
      MENUS.map((name) => {
        const select = byId(`menu-${name}`);
        const options = [...select.options].filter((option) => option.value);
        const names = new Map(options.map((option) => [option.value, option.textContent]));
        const label = document.querySelector(`label[for="menu-${name}"]`)?.textContent ?? "Offer";
        return [name, { label, select, names, nameOf: (id) => names.get(id) ?? id }];
      }),
    );
    this.form = byId("filters");
  }

  listen(page) {
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("change", ({ target }) => {
      if (target.id === "days") this.takeDays(page, target);
      else if (target.name) page.go({ [target.name]: target.value });
    });
    byId("days").addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.takeDays(page, event.target);
    });
  }

  takeDays(page, input) {
    const days = wholeDays(input.value);
    byId("days-wrong").textContent = days ? "" : "1 to 365";
    input.setAttribute("aria-invalid", String(!days));
    if (days && days !== page.state.days) page.go({ days });
  }

  show(page) {
    const { state } = page;
    setChildren(
      byId("day-links"),
      DAYS.map((days) =>
        h(
          "a",
          {
            href: page.href({ days }),
            "aria-current": days === state.days ? "true" : null,
            "aria-label": days === 1 ? "Today" : `Last ${days} days`,
          },
          days === 1 ? "Today" : `${days} d`,
        ),
      ),
    );
    const input = byId("days");
    input.value = state.days;
    input.removeAttribute("aria-invalid");
    byId("days-wrong").textContent = "";
    this.fillGrouping(state);
    for (const filter of this.form.querySelectorAll("[data-parameter]")) {
      const { parameter, needs } = filter.dataset;
      filter.hidden = !filtersBy(state.view, parameter) || Boolean(needs && !state[needs]);
    }
    for (const select of this.form.querySelectorAll("select"))
      choose(select, state[select.name] ?? "");
    const rest = changed({ view: state.view, days: state.days }, {});
    const clear = byId("clear");
    clear.href = address(rest);
    clear.hidden = Object.keys(state).every((name) => ["view", "days"].includes(name));
  }

  fillGrouping({ view, groupBy }) {
    setChildren(
      byId("menu-groupBy"),
      (GROUPINGS[view] ?? []).map(([value, label]) => h("option", { value }, label)),
    );
    byId("groupBy-label").textContent = view === "decisions" ? "Scores by" : "Group by";
    const dimension = { channel: "channelId", category: "categoryId", offer: "offerId" }[groupBy];
    const names = dimension ? [...this.menus.get(dimension).names] : [];
    setChildren(byId("menu-filterId"), [
      h("option", { value: "" }, `Every ${word(groupBy ?? "").toLowerCase()}`),
      ...names.map(([value, label]) => h("option", { value }, label)),
    ]);
  }
}

// Chooses the entry; one that the catalogue does not know is shown for what it is.
export function choose(select, value) {
  for (const option of [...select.options]) if (option.dataset.unknown) option.remove();
  if (value && ![...select.options].some((option) => option.value === value)) {
    select.append(h("option", { value, "data-unknown": "true" }, `${value} (unknown)`));
  }
  select.value = value;
}
