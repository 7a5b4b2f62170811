// The data of each type of answer as the columns of a table.

import * as format from "./format.js";

const column = (key, label, show = format.text, numeric = show !== format.text) => ({
  key,
  label,
  show,
  numeric,
  value: (row) => row[key],
});
const { count, money, rate } = format;
const offer = [column("offerId", "Offer id"), column("offerName", "Offer")];
const channel = [column("channelId", "Channel id"), column("channelName", "Channel")];
const performance = [
  column("impressions", "Impressions", count),
  column("conversions", "Conversions", count),
  column("conversionRate", "Conversion rate", rate),
  column("revenue", "Revenue", money),
];
const group = {
  channel,
  category: [column("categoryId", "Category id"), column("categoryName", "Category")],
  segment: [column("segmentId", "Segment id"), column("segmentName", "Segment")],
  offer,
};
const bins = [
  column("binStart", "From", format.exact),
  column("binEnd", "To", format.exact),
  column("count", "Scores", count),
];
const listed = (columns) => (data) => ({ columns, rows: data });

// The data of each type as { columns, rows }, nothing left out.
export const TABLES = {
  summary: (data) => ({
    columns: [column("what", "What"), column("count", "Count", count)],
    rows: Object.entries(data).map(([what, number]) => ({ what, count: number })),
  }),
  acceptance_rate: listed([
    ...offer,
    column("impressions", "Impressions", count),
    column("positive", "Positive", count),
    column("acceptanceRate", "Acceptance rate", rate),
  ]),
  offer_performance: listed([...offer, ...performance]),
  offer_performance_grouped: (data, { groupBy }) => ({
    columns: [...group[groupBy || "channel"], ...offer, ...performance],
    rows: data,
  }),
  channel_effectiveness: listed([
    ...channel,
    column("impressions", "Impressions", count),
    column("conversions", "Conversions", count),
    column("effectivenessRate", "Effectiveness", rate),
  ]),
  budget_burn: listed([
    column("budgetId", "Budget id"),
    column("name", "Budget"),
    column("scope", "Scope"),
    column("scopeId", "Scope id"),
    column("periodStart", "From"),
    column("periodEnd", "To"),
    column("allocated", "Allocated", money),
    column("spent", "Spent", money),
    column("remaining", "Remaining", money),
    column("burnRate", "Spent of allocated", rate),
  ]),
  funnel: listed([column("stage", "Stage", format.word, false), column("count", "Count", count)]),
  attribution_summary: listed([
    column("model", "Model", format.word, false),
    column("conversions", "Conversions", count),
    column("totalValue", "Value", money),
  ]),
  daily_trend: listed([
    column("date", "Day", format.day, false),
    column("impressions", "Impressions", count),
    column("conversions", "Conversions", count),
  ]),
  revenue_trend: listed([
    column("date", "Day", format.day, false),
    column("revenue", "Revenue", money),
  ]),
  model_metrics_trend: (data) => ({
    columns: [
      column("modelId", "Model id"),
      column("modelName", "Model"),
      column("recordedAt", "Recorded", format.moment, false),
      column("auc", "AUC", format.score),
    ],
    rows: data.flatMap(({ trend, ...model }) => trend.map((point) => ({ ...model, ...point }))),
  }),
  latency_trend: listed([
    column("date", "Day", format.day, false),
    column("p50", "p50", format.ms),
    column("p99", "p99", format.ms),
    column("runs", "Runs", count),
  ]),
  policy_impact: listed([
    column("policyType", "Policy type", format.word, false),
    column("suppressions", "Suppressions", count),
    column("customers", "Customers", count),
  ]),
  score_distribution: (data, { groupBy }) =>
    groupBy
      ? {
          columns: [...group[groupBy], column("mean", "Mean", format.score), ...bins],
          rows: data.flatMap(({ bins: parts, ...row }) =>
            parts.map((part) => ({ ...row, ...part })),
          ),
        }
      : { columns: bins, rows: data },
  degraded_scoring: (data) => ({
    columns: [column("reason", "Reason", format.word, false), column("count", "Decisions", count)],
    rows: [
      ...data.byReason,
      { reason: "all degraded", count: data.degradedCount },
      { reason: "all with a score", count: data.totalCount },
    ],
  }),
  selection_frequency: listed([
    ...offer,
    column("mandatory", "Mandatory", format.yesNo, false),
    column("eligible", "Eligible", count),
    column("scored", "Scored", count),
    column("selected", "Selected", count),
    column("selectionRate", "Selection rate", rate),
    column("averageRank", "Average rank", format.rank),
    ...Array.from({ length: 10 }, (_, place) => ({
      key: `rank${place + 1}`,
      label: `Rank ${place + 1}`,
      show: count,
      numeric: true,
      value: (row) => row.rankDistribution[place],
    })),
  ]),
  anomaly_candidates: listed([
    column("severity", "Severity", format.word, false),
    column("metric", "Metric", format.word, false),
    column("scope", "Scope"),
    column("dimensionId", "Id"),
    column("dimensionName", "Name"),
    column("current", "Now", format.exact),
    column("baseline", "Before", format.exact),
    column("percentChange", "Change in %", format.signed),
    column("zScore", "z", format.signed),
    column("currentCount", "Count now", count),
    column("baselineCount", "Count before", count),
  ]),
  why_not_ranked: (data) => ({
    columns: [
      column("stage", "Stage", format.word, false),
      column("id", "Id"),
      column("name", "Rule or policy"),
      column("count", "Decisions", count),
    ],
    rows: [
      ...data.reasons,
      ...data.beatenBy.map((row) => ({
        stage: "beaten by",
        id: row.offerId,
        name: row.offerName,
        count: row.count,
      })),
      { stage: "selected", count: data.selected },
      { stage: "considered", count: data.considered },
    ],
  }),
};

export const importance = listed([
  column("modelName", "Model"),
  column("feature", "Feature"),
  column("importance", "Importance", format.exact, true),
]);
