// A panel: a question to the endpoint, its picture, and what it says while loading or in trouble.

import { h, setChildren } from "./dom.js";
import { Refusal, ask, questionAddress } from "./endpoint.js";
import { count, lastDays, period, plural, time } from "./format.js";
import { dataTable } from "./table.js";
import { TABLES } from "./types.js";

export class Panel {
  // definition: { id, type, title, about, size, height, draw(data, context), isEmpty(data), empty,
  //               missing?(state), pick?(data, state), table?, extra?(state) }
  constructor(definition, page) {
    Object.assign(this, {
      definition,
      page,
      ui: {},
      kept: new Map(),
      later: [],
      answer: null,
      asked: null,
      asOf: null,
      refusal: null,
    });
    const { id, size = "half", height = "middle" } = definition;
    this.heading = h("h2", { id: `${id}-title`, tabindex: "-1" });
    this.scope = h("p", { class: "scope" });
    this.about = definition.about
      ? h(
          "button",
          {
            type: "button",
            class: "about",
            "aria-label": `About: ${definition.about}`,
            "data-tip": definition.about,
            "data-key": `${id}-about`,
          },
          "?",
        )
      : null;
    this.notices = h("div", { class: "notices" });
    this.body = h("div", { class: `body reserve-${height}` });
    this.tableBody = h("div", { class: "table-body" });
    this.details = h(
      "details",
      { class: "as-table", "data-key": `${id}-table` },
      h("summary", {}, "Table"),
      this.tableBody,
    );
    this.details.addEventListener("toggle", () => this.drawTable());
    this.links = h("p", { class: "links" });
    this.element = h(
      "section",
      { class: `panel ${size}`, id, "aria-labelledby": `${id}-title`, "aria-busy": "true" },
      h(
        "header",
        {},
        h("div", {}, h("div", { class: "line" }, this.heading, this.about), this.scope),
        this.links,
      ),
      this.notices,
      this.body,
      definition.table === null ? null : this.details,
    );
    this.drawFrame();
    setChildren(this.body, [skeleton()]);
  }

  // ---- asking

  parameters() {
    const { state } = this.page;
    const { type } = this.definition;
    const parameters = { type };
    for (const name of this.page.settings.accepts[type]) parameters[name] = state[name];
    return parameters;
  }

  async load() {
    const { missing } = this.definition;
    const reason = missing?.(this.page.state);
    const address = questionAddress(this.parameters());
    if (reason) {
      Object.assign(this, { answer: null, asked: null, refusal: null });
      this.drawFrame();
      setChildren(this.notices, []);
      setChildren(this.body, [reason(this.context())]);
      this.body.className = "body";
      this.details.hidden = true;
      this.element.removeAttribute("aria-busy");
      return;
    }
    if (this.asked !== address) this.element.setAttribute("aria-busy", "true");
    try {
      const { answer, asOf } = await ask(this.parameters());
      if (questionAddress(this.parameters()) !== address) return; // another question by now
      const news = this.answer !== answer || this.refusal !== null;
      Object.assign(this, { answer, asOf, asked: address, refusal: null });
      if (news) this.draw();
    } catch (error) {
      if (questionAddress(this.parameters()) !== address) return;
      if (!(error instanceof Refusal)) throw error;
      if (this.asked !== address) Object.assign(this, { answer: null, asked: null });
      this.refusal = error;
      this.draw();
    } finally {
      if (questionAddress(this.parameters()) === address) this.element.removeAttribute("aria-busy");
    }
  }

  // ---- drawing

  context() {
    return {
      state: this.page.state,
      page: this.page,
      answer: this.answer,
      asOf: this.asOf,
      ui: this.ui,
      keep: (key, make) => {
        if (!this.kept.has(key)) this.kept.set(key, make());
        return this.kept.get(key);
      },
      afterwards: (task) => this.later.push(task),
      redraw: () => this.draw(),
    };
  }

  draw() {
    const focused = this.element.contains(document.activeElement)
      ? document.activeElement.dataset.key
      : null;
    const { definition, answer, page } = this;
    this.drawFrame();
    setChildren(this.notices, this.messages());
    this.details.hidden = answer === null;
    if (answer !== null) {
      const data = definition.pick ? definition.pick(answer.data, page.state) : answer.data;
      const unknown =
        Boolean(answer.warning) && Array.isArray(answer.data) && answer.data.length === 0;
      this.data = data;
      let nodes;
      if (unknown) nodes = [nothing("No figures: see the warning above.")];
      else if (definition.isEmpty?.(data, page.state))
        nodes = [nothing(...[definition.empty].flat())];
      else nodes = definition.draw(data, this.context());
      this.later = unknown ? [] : this.later;
      setChildren(this.body, [nodes]);
      for (const task of this.later.splice(0)) task();
    } else {
      setChildren(this.body, [nothing("No figures while this lasts.")]);
    }
    this.body.className = "body";
    this.drawTable();
    if (focused)
      this.element
        .querySelector(`[data-key="${CSS.escape(focused)}"]`)
        ?.focus({ preventScroll: true });
  }

  drawFrame() {
    const { definition, answer, page } = this;
    const { state } = page;
    const { title, type } = definition;
    this.heading.textContent = typeof title === "function" ? title(state) : title;
    const accepts = page.settings.accepts[type];
    const parts = [];
    if (accepts.includes("days")) {
      parts.push(
        capital(lastDays(state.days)) +
          (answer?.window && this.answersState() ? `, ${period(answer.window)}` : ""),
      );
      if (answer?.baselineWindow && this.answersState())
        parts.push(`against ${period(answer.baselineWindow)}`);
    } else {
      parts.push(definition.now ?? "Now");
    }
    for (const [name, menu] of page.menus()) {
      if (!state[name] || name === "offerId") continue;
      if (accepts.includes(name)) parts.push(menu.nameOf(state[name]));
      else parts.push(h("span", { class: "not" }, `not by ${menu.label.toLowerCase()}`));
    }
    if (answer?.sampleSize !== undefined && this.answersState())
      parts.push(plural(answer.sampleSize, "decision"));
    setChildren(
      this.scope,
      parts.flatMap((part, place) => [
        place ? document.createTextNode(" · ") : null,
        typeof part === "string" ? document.createTextNode(part) : part,
      ]),
    );
    const link = (label, format, what) =>
      h(
        "a",
        {
          href: questionAddress(this.parameters(), { format }),
          "data-key": `${definition.id}-${label}`,
          "aria-label": `${label}: ${what}`,
          download: format ? `${type}.csv` : null,
          target: format ? null : "_blank",
        },
        label,
      );
    if (!definition.missing?.(state)) {
      setChildren(this.links, [
        link("CSV", "csv", this.heading.textContent),
        link("JSON", null, this.heading.textContent),
      ]);
    } else {
      setChildren(this.links, []);
    }
  }

  answersState() {
    return this.asked === questionAddress(this.parameters());
  }

  messages() {
    const { answer, refusal } = this;
    const found = [];
    if (refusal) {
      const advice = {
        429: "Too many requests were made. Pause the refreshing, or wait.",
        503: "The database is busy or away. A shorter window is answered sooner.",
      }[refusal.status];
      const wait = refusal.retryAfter
        ? ` The page tries again in ${plural(refusal.retryAfter, "second")} or more.`
        : "";
      found.push(
        h(
          "div",
          { class: "notice critical", role: "alert" },
          h(
            "p",
            {},
            h("strong", {}, answer ? "Could not refresh. " : "Could not load. "),
            refusal.message,
          ),
          advice ? h("p", {}, advice + wait) : null,
          answer ? h("p", {}, `These figures are of ${time(this.asOf)}.`) : null,
          h(
            "p",
            {},
            h(
              "button",
              {
                type: "button",
                "data-key": `${this.definition.id}-retry`,
                on: { click: () => this.load() },
              },
              "Try again",
            ),
          ),
        ),
      );
    }
    if (answer?.warning) {
      found.push(
        h(
          "p",
          { class: "notice warning", role: "status" },
          h("strong", {}, "Note: "),
          answer.warning,
        ),
      );
    }
    if (answer?.sampleTruncated) {
      found.push(
        h(
          "p",
          { class: "notice warning", role: "status" },
          h("strong", {}, "Sampled: "),
          `${count(answer.sampleSize)} decisions are covered; older ones that are not summed up ` +
            `yet are left out (at most ${count(answer.sampleCap)} are read one by one). ` +
            "Run: python manage.py refresh_summaries.",
        ),
      );
    }
    return found;
  }

  drawTable() {
    const { definition, answer, details } = this;
    if (!details.open || answer === null || definition.table === null || this.data === undefined)
      return;
    const data =
      Array.isArray(answer.data) && answer.data.length === 0 && !Array.isArray(this.data)
        ? null
        : this.data;
    if (data === null) return setChildren(this.tableBody, [nothing("No rows.")]);
    const { columns, rows } = (definition.table ?? TABLES[definition.type])(data, this.page.state);
    const context = { ...this.context(), redraw: () => this.drawTable() };
    setChildren(
      this.tableBody,
      dataTable(context, `${definition.id}-rows`, {
        caption: `${this.heading.textContent}, as a table`,
        columns,
        rows,
        longest: 366,
        sortable: false,
        kind: "plain",
      }),
    );
  }
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

export const nothing = (...lines) =>
  h(
    "div",
    { class: "nothing" },
    lines.map((line) => h("p", {}, line)),
  );

function skeleton() {
  return h(
    "div",
    { class: "skeleton" },
    h("span", { class: "unseen" }, "Loading…"),
    ...[1, 2, 3, 4].map(() => h("span", { class: "line" })),
  );
}
