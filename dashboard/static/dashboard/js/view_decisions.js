// Decisions: which offers are selected, how they are scored, and why one is not.

import { histogram } from "./charts.js";
import { bar, figure, h } from "./dom.js";
import { choose } from "./filters.js";
import * as format from "./format.js";
import { barList, headline, tinyBars } from "./parts.js";
import { dataTable, numberColumn } from "./table.js";

const RANKS = Array.from({ length: 10 }, (_, place) => `Rank ${place + 1}`);
const sum = (rows) => rows.reduce((total, row) => total + row.count, 0);

function drawSelection(data, context) {
  return dataTable(context, "offers", {
    caption: "Selection by offer",
    rows: data,
    rowId: "offerId",
    highlight: context.state.offerId ?? null,
    kind: "roomy",
    columns: [
      {
        key: "offer",
        label: "Offer",
        value: (row) => row.offerName || row.offerId,
        draw: (row) => [
          h(
            "a",
            {
              class: "name",
              href: context.page.href({ offerId: row.offerId }, "why_not_ranked"),
              "data-tip": "Why is it not selected more often?",
            },
            row.offerName || row.offerId,
          ),
          row.offerName ? [" ", h("span", { class: "id" }, row.offerId)] : null,
          row.mandatory ? [" ", h("span", { class: "badge" }, "mandatory")] : null,
        ],
      },
      numberColumn(
        "eligible",
        "Eligible",
        format.count,
        "Decisions in which it could have been selected",
      ),
      numberColumn("scored", "Scored", format.count),
      numberColumn("selected", "Selected", format.count),
      {
        ...numberColumn("selectionRate", "Selection rate", format.rate, "selected / eligible"),
        draw: (row) =>
          h(
            "span",
            { class: "barred" },
            figure(
              row.selectionRate,
              format.rate(row.selectionRate),
              format.exact(row.selectionRate),
            ),
            bar(row.selectionRate, "c2"),
          ),
      },
      numberColumn("averageRank", "Average rank", format.rank),
      {
        key: "ranks",
        label: "Ranks 1–10",
        numeric: true,
        draw: (row) =>
          tinyBars(row.rankDistribution, {
            names: RANKS,
            kind: "c1",
            label: `Ranks 1 to 10: ${row.rankDistribution.map(format.count).join(", ")} decisions`,
          }),
      },
    ],
  });
}

const DIMENSION = { channel: "channel", category: "category", offer: "offer" };

function drawScores(data, context) {
  const { groupBy } = context.state;
  if (!groupBy) {
    const total = sum(data);
    return [
      headline([["Scores", total, format.count(total)]]),
      histogram(context, "scores", {
        bins: data,
        name: "Scores",
        label:
          `How ${format.count(total)} scores spread over 0 to 1. ` +
          "The numbers are in the table.",
      }),
    ];
  }
  context.ui.groups ??= { all: false };
  const ui = context.ui.groups;
  const shown = ui.all ? data : data.slice(0, 12);
  const key = DIMENSION[groupBy];
  // Shares of each group, on one scale: so that shapes can be compared whatever the sizes.
  const most = Math.max(
    ...data.flatMap((group) => group.bins.map((bin) => bin.count / group.count)),
  );
  return [
    h(
      "ul",
      { class: "multiples" },
      shown.map((group) =>
        h(
          "li",
          { "data-id": group[`${key}Id`] ?? "" },
          h("p", { class: "line" }, h("strong", {}, group[`${key}Name`] || group[`${key}Id`])),
          tinyBars(
            group.bins.map((bin) => bin.count),
            {
              names: group.bins.map(
                (bin) => `${format.exact(bin.binStart)}–${format.exact(bin.binEnd)}`,
              ),
              most: most * group.count,
              height: 56,
              width: 16,
              kind: "c1",
              label:
                "Scores from 0 to 1 in ten bins: " +
                group.bins.map((bin) => format.count(bin.count)).join(", "),
            },
          ),
          h(
            "p",
            { class: "line quietly" },
            h("span", {}, "0"),
            h(
              "span",
              {},
              "mean ",
              figure(group.mean, format.score(group.mean), format.exact(group.mean)),
              " of ",
              figure(group.count, format.count(group.count)),
            ),
            h("span", {}, "1"),
          ),
        ),
      ),
    ),
    data.length > 12
      ? h(
          "button",
          {
            type: "button",
            class: "link more",
            "data-key": "groups-more",
            on: {
              click: () => {
                ui.all = !ui.all;
                context.redraw();
              },
            },
          },
          ui.all ? "Show the first 12" : `Show all ${format.count(data.length)}`,
        )
      : null,
  ];
}

// ---- why not

function picker(context) {
  const select = context.keep("offer", () => {
    const copy = context.page.menus().get("offerId").select.cloneNode(true);
    copy.id = "why-offer";
    copy.dataset.key = "why-offer";
    copy.addEventListener("change", () => context.page.go({ offerId: copy.value }));
    return copy;
  });
  choose(select, context.state.offerId ?? "");
  return context.keep("picker", () =>
    h("p", { class: "picker" }, h("label", { for: "why-offer" }, "Offer"), select),
  );
}

function noOffer(context) {
  return h(
    "div",
    {},
    picker(context),
    h(
      "div",
      { class: "nothing" },
      h("p", {}, "Which offer should be explained?"),
      h("p", {}, "Choose one, or follow its name in the table of selections."),
    ),
  );
}

function step(label, number, from, whole, kind, seen) {
  return h(
    "li",
    { class: kind },
    h("span", { class: "label" }, label),
    h(
      "span",
      {
        class: `bar step ${kind}`,
        "aria-hidden": "true",
        vars: { from: whole ? from / whole : 0, part: whole ? number / whole : 0 },
      },
      h("span"),
    ),
    h(
      "span",
      { class: "value" },
      seen(figure(number, format.count(number))),
      h("span", { class: "quietly" }, ` ${whole ? format.share(number / whole) : ""}`),
    ),
  );
}

function drawWhy(data, context) {
  const lost = (stage) => sum(data.reasons.filter((row) => row.stage === stage));
  const [unqualified, blocked, outranked] = ["qualification", "contact_policy", "outranked"].map(
    lost,
  );
  const whole = data.considered;
  const to = (stage, cause) => (number) => toTraces(context, { stage, cause }, number);
  const list = (title, stage, rows, colour, beside) =>
    h(
      "section",
      {},
      h("h3", {}, title),
      rows.length
        ? barList(
            rows.slice(0, 6).map((row) => ({
              id: row.id,
              label: row.name || row.id,
              part: row.count,
              colour,
              value: to(stage, row.id)(figure(row.count, format.count(row.count))),
              beside: whole ? format.share(row.count / whole) : "",
            })),
            "narrow",
          )
        : h("p", { class: "quietly" }, beside),
    );
  return [
    picker(context),
    h(
      "div",
      { class: "why" },
      h(
        "section",
        {},
        h("h3", {}, `Where ${data.offerName || data.offerId} is lost`),
        h(
          "ol",
          { class: "bars steps" },
          step("Considered", whole, 0, whole, "all", (number) => number),
          step(
            "Not qualified",
            unqualified,
            whole - unqualified,
            whole,
            "lost",
            to("qualification"),
          ),
          step(
            "Held back by policy",
            blocked,
            whole - unqualified - blocked,
            whole,
            "lost",
            to("contact_policy"),
          ),
          step("Outranked", outranked, data.selected, whole, "lost", to("outranked")),
          step("Selected", data.selected, 0, whole, "kept", to("selected")),
        ),
        h(
          "p",
          { class: "quietly" },
          "Missed in ",
          figure(data.missed, format.count(data.missed)),
          ` of ${format.plural(whole, "decision")} that considered it: `,
          figure(
            data.missRate,
            format.rate(data.missRate),
            data.missRate === null ? null : format.exact(data.missRate),
          ),
        ),
        context.page.settings.traces
          ? h("p", {}, toTraces(context, {}, "See the decisions in the admin"))
          : null,
      ),
      list(
        "Rules that it fails",
        "qualification",
        data.reasons.filter((row) => row.stage === "qualification"),
        "c2",
        "It never failed a qualification rule.",
      ),
      list(
        "Policies that hold it back",
        "contact_policy",
        data.reasons.filter((row) => row.stage === "contact_policy"),
        "c4",
        "No contact policy blocked it.",
      ),
      list(
        "Who beats it",
        "outranked",
        data.beatenBy.map((row) => ({ id: row.offerId, name: row.offerName, count: row.count })),
        "c1",
        "It was never outranked by a selected offer.",
      ),
    ),
  ];
}

// For those who may look into the admin, the decisions behind a number; for others just the number.
function toTraces({ page, state }, about, shown) {
  if (!page.settings.traces) return shown;
  const query = new URLSearchParams({ offer: state.offerId, period: state.days });
  for (const [name, value] of Object.entries(about)) if (value) query.set(name, value);
  return h(
    "a",
    { href: `${page.settings.traces}?${query}`, "data-tip": "See these decisions in the admin" },
    shown,
  );
}

export const decisions = {
  title: "Decisions",
  panels: [
    {
      id: "selection_frequency",
      type: "selection_frequency",
      title: "Selection by offer",
      size: "full",
      height: "tall",
      about:
        "Of the decisions in which an offer was eligible: how often it was selected, " +
        "and at which rank",
      draw: drawSelection,
      isEmpty: (data) => !data.length,
      empty: [
        "No offer was eligible in any decision of this window.",
        "Choose a longer one or fewer filters; " +
          "decisions come from the file decision_traces.ndjson.",
      ],
    },
    {
      id: "why_not_ranked",
      type: "why_not_ranked",
      title: "Why not?",
      size: "full",
      height: "tall",
      draw: drawWhy,
      about:
        "Where an offer that was considered fell out: " +
        "each miss has one reason, the first that applies",
      missing: ({ offerId }) => (offerId ? null : noOffer),
      isEmpty: () => false,
    },
    {
      id: "score_distribution",
      type: "score_distribution",
      size: "full",
      height: "tall",
      about: "Scores of all candidates, in ten bins from 0 to 1",
      title: ({ groupBy }) => (groupBy ? `Scores by ${groupBy}` : "Scores"),
      draw: drawScores,
      isEmpty: (data, { groupBy }) => (groupBy ? !data.length : !sum(data)),
      empty: [
        "Nothing was scored in this window.",
        "Choose a longer one, or load decision traces.",
      ],
    },
  ],
};
