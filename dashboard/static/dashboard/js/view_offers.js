// Offers: how often they are accepted, what they bring, and where.

import { bar, figure, h } from "./dom.js";
import * as format from "./format.js";
import { barList } from "./parts.js";
import { dataTable, numberColumn } from "./table.js";

export const offerName = ({ offerId, offerName: name }) => [
  h("span", { class: "name" }, name || offerId),
  name ? [" ", h("span", { class: "id" }, offerId)] : null,
];

// A number with a bar in proportion to the largest of its column.
function barred(key, label, show, rows, colour, help) {
  const most = Math.max(...rows.map((row) => row[key] ?? 0), 0);
  return {
    key,
    label,
    show,
    help,
    numeric: true,
    value: (row) => row[key],
    draw: (row) =>
      h(
        "span",
        { class: "barred" },
        figure(row[key], show(row[key]), row[key] === null ? null : format.exact(row[key])),
        bar(most ? (row[key] ?? 0) / most : 0, colour),
      ),
  };
}
const offerColumn = {
  key: "offer",
  label: "Offer",
  value: (row) => row.offerName || row.offerId,
  draw: offerName,
};

function drawAcceptance(data, context) {
  return dataTable(context, "offers", {
    caption: "Acceptance by offer",
    rows: data,
    rowId: "offerId",
    highlight: context.state.offerId ?? null,
    columns: [
      offerColumn,
      barred("impressions", "Impressions", format.count, data, "c1"),
      numberColumn("positive", "Positive", format.count, "Interactions with a positive outcome"),
      barred(
        "acceptanceRate",
        "Acceptance",
        format.rate,
        data,
        "c2",
        "positive / impressions; a late click can push it over 100 %",
      ),
    ],
  });
}

function drawPerformance(data, context) {
  return dataTable(context, "offers", {
    caption: "Top 20 offers",
    rows: data,
    rowId: "offerId",
    highlight: context.state.offerId ?? null,
    columns: [
      offerColumn,
      barred("impressions", "Impressions", format.count, data, "c1"),
      numberColumn("conversions", "Conversions", format.count),
      barred("conversionRate", "Conversion", format.rate, data, "c2", "conversions / impressions"),
      barred("revenue", "Revenue", format.money, data, "c3"),
    ],
  });
}

// ---- the heat table

const GROUP = {
  channel: ["channelId", "channelName", "Channel"],
  category: ["categoryId", "categoryName", "Category"],
  segment: ["segmentId", "segmentName", "Segment"],
};

function heat(row, most) {
  if (!row) return h("span", { class: "heat empty" }, h("span", { class: "unseen" }, "not shown"));
  const { conversions, impressions, conversionRate, revenue } = row;
  return h(
    "span",
    {
      class: "heat",
      vars: { part: most ? Math.min(1, (conversionRate ?? 0) / most) : 0 },
      "data-tip":
        `${format.count(conversions)} conversions of ${format.count(impressions)} impressions, ` +
        `revenue ${format.money(revenue)}`,
    },
    figure(conversionRate, format.rate(conversionRate)),
    h("span", { class: "quietly" }, `${format.count(conversions)} of ${format.count(impressions)}`),
  );
}

function drawGrouped(data, context) {
  const grouping = context.state.groupBy || "channel";
  const [id, name, label] = GROUP[grouping];
  const most = Math.max(...data.map((row) => row.conversionRate ?? 0), 0);
  const legend = h(
    "p",
    { class: "legend" },
    "Conversion rate: 0 %",
    h("span", { class: "scale", "aria-hidden": "true" }),
    format.rate(most),
    h("span", { class: "quietly" }, " · conversions of impressions beneath"),
  );
  const table =
    grouping === "category"
      ? byCategory(data, context, most)
      : matrix(data, context, { id, name, label, most });
  return [legend, ...table];
}

// An offer has one category: a matrix would be all holes.
function byCategory(data, context, most) {
  // Said once for each group, as long as the groups are together.
  const first = new Map([...data].reverse().map((row) => [row.categoryId, row.offerId]));
  const sorted = context.ui["heat-category"]?.sort;
  const again = (row) => !sorted && first.get(row.categoryId) !== row.offerId;
  return dataTable(context, "heat-category", {
    caption: "Offers by category",
    rows: data,
    rowId: "offerId",
    highlight: context.state.offerId ?? null,
    kind: "heat-table",
    columns: [
      {
        key: "category",
        label: "Category",
        value: (row) => row.categoryName,
        draw: (row) => h("span", { class: again(row) ? "unseen" : null }, row.categoryName),
      },
      { ...offerColumn, heads: false },
      {
        key: "rate",
        label: "Conversion",
        numeric: true,
        value: (row) => row.conversionRate,
        draw: (row) => heat(row, most),
      },
      numberColumn("impressions", "Impressions", format.count),
      numberColumn("revenue", "Revenue", format.money),
    ],
  });
}

function matrix(data, context, { id, name, label, most }) {
  const groups = new Map();
  const offers = new Map();
  for (const row of data) {
    groups.set(row[id], row[name]);
    const offer = offers.get(row.offerId) ?? {
      offerId: row.offerId,
      offerName: row.offerName,
      impressions: 0,
      cells: new Map(),
    };
    offer.impressions += row.impressions;
    offer.cells.set(row[id], row);
    offers.set(row.offerId, offer);
  }
  const rows = [...offers.values()].sort(
    (one, other) => other.impressions - one.impressions || (one.offerId < other.offerId ? -1 : 1),
  );
  return dataTable(context, `heat-${label}`, {
    caption: `Offers by ${label.toLowerCase()}`,
    rows,
    rowId: "offerId",
    highlight: context.state.offerId ?? null,
    kind: "heat-table",
    columns: [
      offerColumn,
      ...[...groups].map(([key, title]) => ({
        key: `group-${key}`,
        label: title,
        numeric: true,
        value: (row) => row.cells.get(key)?.conversionRate ?? null,
        draw: (row) => heat(row.cells.get(key), most),
      })),
    ],
  });
}

function drawChannels(data, { state }) {
  return [
    barList(
      data.map((row) => ({
        id: row.channelId,
        label: row.channelName || row.channelId,
        part: row.effectivenessRate ?? 0,
        colour: "c2",
        marked: row.channelId === state.channelId,
        value: figure(
          row.effectivenessRate,
          format.rate(row.effectivenessRate),
          row.effectivenessRate === null ? null : format.exact(row.effectivenessRate),
        ),
        beside: [
          figure(row.conversions, format.count(row.conversions)),
          " of ",
          figure(row.impressions, format.count(row.impressions)),
        ],
      })),
    ),
  ];
}

function drawFunnel(data) {
  const stages = Object.fromEntries(data.map((row) => [row.stage, row.count]));
  const beside = {
    activeOffers: part(stages.activeOffers, stages.totalOffers, "of all"),
    offersWithCreatives: part(stages.offersWithCreatives, stages.activeOffers, "of active ones"),
    totalCreatives: stages.offersWithCreatives
      ? `${format.rank(stages.totalCreatives / stages.offersWithCreatives)} an offer`
      : "",
  };
  return [
    barList(
      data.map((row) => ({
        id: row.stage,
        label: format.word(row.stage),
        part: row.stage === "totalCreatives" ? null : row.count,
        value: figure(row.count, format.count(row.count)),
        beside: beside[row.stage],
      })),
    ),
  ];
}

const part = (number, whole, words) => (whole ? `${format.share(number / whole)} ${words}` : "");

const none = [
  "No interactions in this window.",
  "Choose a longer one, another segment, or load event files.",
];

export const offers = {
  title: "Offers",
  panels: [
    {
      id: "acceptance_rate",
      type: "acceptance_rate",
      title: "Acceptance by offer",
      size: "half",
      height: "tall",
      table: null,
      about: "Every offer that was shown or accepted: positive outcomes / impressions",
      draw: drawAcceptance,
      isEmpty: (data) => !data.length,
      empty: none,
    },
    {
      id: "offer_performance",
      type: "offer_performance",
      title: "Top 20 active offers",
      size: "half",
      height: "tall",
      table: null,
      about: "The active offers with the most impressions",
      draw: drawPerformance,
      isEmpty: (data) => !data.length,
      empty: ["There is no active offer.", "Offers come from the file offers.ndjson or the admin."],
    },
    {
      id: "offer_performance_grouped",
      type: "offer_performance_grouped",
      size: "full",
      height: "tall",
      title: ({ groupBy }) => `Conversion by offer and ${groupBy || "channel"}`,
      about: "At most 20 offers in each group, the most shown ones",
      draw: drawGrouped,
      isEmpty: (data) => !data.length,
      empty: none,
    },
    {
      id: "channel_effectiveness",
      type: "channel_effectiveness",
      title: "Channel effectiveness",
      size: "half",
      about: "conversions / impressions",
      draw: drawChannels,
      isEmpty: (data) => !data.length,
      empty: ["There is no active channel."],
    },
    {
      id: "funnel",
      type: "funnel",
      title: "From offers to creatives",
      size: "half",
      about: "How many offers are ready to be shown",
      draw: drawFunnel,
      isEmpty: (data) => data.every((row) => !row.count),
      empty: ["There are no offers yet.", "Load event files: python manage.py ingest DIRECTORY"],
    },
  ],
};
