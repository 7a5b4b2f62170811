// Overview: what there is, what is unusual, and how the window went.

import { days } from "./charts.js";
import { figure, h } from "./dom.js";
import * as format from "./format.js";
import { barList, headline } from "./parts.js";

const SEVERITIES = { critical: "Critical", warning: "Warning", info: "Notable" };
const sum = (rows, key) => rows.reduce((total, row) => total + row[key], 0);

const tiles = [
  ["activeOffers", "Active offers"],
  ["activeChannels", "Active channels"],
  ["activeExperiments", "Running experiments"],
  ["activeJourneys", "Active journeys"],
  ["activeTriggers", "Active triggers"],
  ["pendingApprovals", "Pending approvals"],
];

function drawSummary(data) {
  return [
    h(
      "dl",
      { class: "tiles" },
      tiles.map(([key, label]) =>
        h(
          "div",
          { class: key === "pendingApprovals" && data[key] ? "tile due" : "tile" },
          h("dt", {}, label),
          h("dd", {}, figure(data[key], format.count(data[key]))),
        ),
      ),
    ),
  ];
}

// Where the panel is that explains an anomaly.
function explanation({ metric, scope, dimensionId }, page) {
  if (metric === "degraded_scoring_rate")
    return page.href({ view: "operations" }, "degraded_scoring");
  if (scope === "channel")
    return page.href(
      { view: "offers", segmentId: "", channelId: dimensionId },
      "channel_effectiveness",
    );
  const changes = { view: "offers", segmentId: "", offerId: dimensionId ?? "" };
  return page.href(changes, metric === "revenue" ? "offer_performance" : "acceptance_rate");
}

function drawAnomaly(row, page) {
  const show = row.metric === "revenue" ? format.money : format.rate;
  const exact = (value) => ({ "data-tip": format.exact(value) });
  const what =
    row.scope === "overall" ? "all offers and channels" : `${row.dimensionName || row.dimensionId}`;
  const unit =
    row.metric === "revenue"
      ? "days"
      : row.metric === "acceptance_rate"
        ? "impressions"
        : "scored decisions";
  const up = row.current > row.baseline;
  const counts =
    row.baselineCount === row.currentCount
      ? `${format.count(row.currentCount)} ${unit} each`
      : `${format.count(row.baselineCount)} → ${format.count(row.currentCount)} ${unit}`;
  return h(
    "li",
    {
      class: `anomaly ${row.severity}`,
      "data-id": `${row.metric}/${row.scope}/${row.dimensionId ?? ""}`,
    },
    h("span", { class: "severity" }, SEVERITIES[row.severity]),
    h(
      "div",
      {},
      h("a", { href: explanation(row, page) }, `${format.word(row.metric)}: ${what}`),
      row.scope === "overall" ? null : h("span", { class: "quietly" }, ` ${row.scope}`),
      h(
        "p",
        {},
        h("data", { value: String(row.baseline), ...exact(row.baseline) }, show(row.baseline)),
        h("span", { "aria-label": "to" }, " → "),
        h(
          "data",
          { class: "now", value: String(row.current), ...exact(row.current) },
          show(row.current),
        ),
        row.percentChange === null
          ? null
          : h(
              "span",
              { class: "change", "data-tip": `${format.exact(row.percentChange)} %` },
              ` ${up ? "▲" : "▼"} ${format.percent(Math.abs(row.percentChange))}`,
            ),
        h(
          "span",
          { class: "quietly" },
          row.zScore === null ? "" : ` · z ${format.signed(row.zScore)}`,
          ` · ${counts}`,
        ),
      ),
    ),
  );
}

function drawAnomalies(data, context) {
  context.ui.list ??= { all: false };
  const ui = context.ui.list;
  const shown = ui.all ? data : data.slice(0, 6);
  const number = (severity) => data.filter((row) => row.severity === severity).length;
  const totals = Object.keys(SEVERITIES)
    .filter(number)
    .map((severity) =>
      h(
        "span",
        { class: `severity ${severity}` },
        `${number(severity)} ${SEVERITIES[severity].toLowerCase()}`,
      ),
    );
  return [
    h("p", { class: "totals" }, totals),
    h(
      "ol",
      { class: "anomalies" },
      shown.map((row) => drawAnomaly(row, context.page)),
    ),
    data.length > 6
      ? h(
          "button",
          {
            type: "button",
            class: "link more",
            "data-key": "anomalies-more",
            on: {
              click: () => {
                ui.all = !ui.all;
                context.redraw();
              },
            },
          },
          ui.all ? "Show the first 6" : `Show all ${format.count(data.length)}`,
        )
      : null,
  ];
}

function drawDaily(data, context) {
  const [impressions, conversions] = [sum(data, "impressions"), sum(data, "conversions")];
  const dates = data.map((row) => row.date);
  const one = (key, label, colour) =>
    days(context, key, {
      label:
        `${label} a day: ${format.count(sum(data, key))} in all. ` +
        "The numbers are in the table.",
      dates,
      series: [{ label, values: data.map((row) => row[key]), colour }],
      show: format.count,
      height: "flat",
      y: {
        ticks: {
          maxTicksLimit: 4,
          callback: (value) => (Number.isInteger(value) ? format.compact(value) : ""),
        },
      },
    });
  return [
    headline([
      ["Impressions", impressions, format.count(impressions), 0],
      ["Conversions", conversions, format.count(conversions), 1],
      [
        "Conversion rate",
        impressions ? conversions / impressions : null,
        format.rate(impressions ? conversions / impressions : null),
      ],
    ]),
    one("impressions", "Impressions", 0),
    one("conversions", "Conversions", 1),
  ];
}

function drawRevenue(data, context) {
  // Cents: a sum of doubles would drift.
  const total = data.reduce((cents, row) => cents + Math.round(row.revenue * 100), 0) / 100;
  const best = data.reduce((one, row) => (row.revenue > one.revenue ? row : one), data[0]);
  return [
    headline([
      ["Revenue", total, format.money(total), 2],
      ["Best day", best.revenue, `${format.money(best.revenue)} on ${format.shortDay(best.date)}`],
    ]),
    days(context, "revenue", {
      label: `Revenue a day: ${format.money(total)} in all. The numbers are in the table.`,
      dates: data.map((row) => row.date),
      series: [{ label: "Revenue", values: data.map((row) => row.revenue), colour: 2 }],
      show: format.money,
      height: "tall",
    }),
  ];
}

// How much of the budget's period is over, today included.
function elapsed({ periodStart, periodEnd }, today) {
  const at = (iso) => Date.parse(`${iso}T00:00:00Z`) / 86_400_000;
  return (at(today) - at(periodStart) + 1) / (at(periodEnd) - at(periodStart) + 1);
}

function pace(burnRate, part) {
  if (burnRate === null) return ["none", "nothing allocated"];
  if (burnRate > 1) return ["over", "over budget"];
  if (burnRate > part * 1.1) return ["fast", "ahead of pace"];
  if (burnRate < part * 0.9) return ["slow", "behind pace"];
  return ["even", "on pace"];
}

function drawBudgets(data, { page, asOf }) {
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: page.settings.timeZone }).format(
    new Date(asOf),
  );
  return [
    h(
      "ul",
      { class: "budgets" },
      data.map((row) => {
        const part = elapsed(row, today);
        const [kind, words] = pace(row.burnRate, part);
        const whose = row.scopeId ? `${row.scope} ${row.scopeId}` : row.scope;
        return h(
          "li",
          { "data-id": row.budgetId },
          h(
            "p",
            { class: "line" },
            h("strong", {}, row.name || row.budgetId),
            h("span", { class: "quietly" }, ` ${whose} · to ${format.shortDay(row.periodEnd)}`),
            h("span", { class: `pace ${kind}` }, words),
          ),
          h(
            "span",
            {
              class: `bar budget ${kind}`,
              "data-tip":
                `${format.money(row.spent)} of ${format.money(row.allocated)} spent, ` +
                `${format.share(part)} of the period over`,
              vars: { part: Math.min(1, row.burnRate ?? 0), pace: part },
            },
            h("span"),
            h("i"),
          ),
          h(
            "p",
            { class: "line quietly" },
            h(
              "span",
              {},
              figure(row.spent, format.money(row.spent)),
              " of ",
              format.money(row.allocated),
              " spent",
            ),
            h(
              "span",
              {},
              figure(row.burnRate, format.rate(row.burnRate)),
              ` of the money, ${format.share(part)} of the time`,
            ),
          ),
        );
      }),
    ),
  ];
}

function drawAttribution(data) {
  return [
    barList(
      data.map((row) => ({
        id: row.model,
        label: format.word(row.model),
        part: row.totalValue,
        colour: "c3",
        value: figure(row.totalValue, format.money(row.totalValue)),
        beside: figure(row.conversions, format.plural(row.conversions, "conversion")),
      })),
    ),
  ];
}

export const overview = {
  title: "Overview",
  panels: [
    {
      id: "summary",
      type: "summary",
      title: "In use",
      about: "What is switched on at this moment",
      size: "full",
      height: "tiles",
      table: null,
      draw: drawSummary,
    },
    {
      id: "anomaly_candidates",
      type: "anomaly_candidates",
      title: "Unusual changes",
      size: "full",
      height: "middle",
      draw: drawAnomalies,
      about:
        "Rates and revenue that differ from the days before by more than chance (|z| of 2) " +
        "or by 15 %",
      isEmpty: (data) => !data.length,
      empty: [
        "Nothing unusual.",
        "No rate and no revenue differs from the days before by 15 % " +
          "or by more than chance explains. " +
          "Where one of the two windows is empty, there is nothing to compare.",
      ],
    },
    {
      id: "daily_trend",
      type: "daily_trend",
      title: "Impressions and conversions",
      size: "half",
      height: "tall",
      draw: drawDaily,
      isEmpty: (data) => data.every((row) => !row.impressions && !row.conversions),
      empty: ["No interactions in this window.", "Choose a longer one, or load event files."],
    },
    {
      id: "revenue_trend",
      type: "revenue_trend",
      title: "Revenue",
      about: "The values of all interactions",
      size: "half",
      height: "tall",
      draw: drawRevenue,
      isEmpty: (data) => data.every((row) => !row.revenue),
      empty: ["No revenue in this window.", "Revenue is the sum of the interactions’ values."],
    },
    {
      id: "budget_burn",
      type: "budget_burn",
      title: "Budgets",
      now: "Running today, spent so far",
      size: "wide",
      draw: drawBudgets,
      about: "The mark on a bar shows how much of the period is over",
      isEmpty: (data) => !data.length,
      empty: [
        "No budget is running today.",
        "Budgets come from the file budgets.ndjson or the admin.",
      ],
    },
    {
      id: "attribution_summary",
      type: "attribution_summary",
      title: "Value by attribution model",
      size: "narrow",
      draw: drawAttribution,
      about: "What each model makes of the same conversions",
      isEmpty: (data) => !data.length,
      empty: ["No attributions in this window.", "They come from the file attributions.ndjson."],
    },
  ],
};
