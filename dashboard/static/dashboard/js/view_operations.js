// Operations: latency, degraded scoring, and whom policies keep from being contacted.

import { days } from "./charts.js";
import { figure } from "./dom.js";
import * as format from "./format.js";
import { barList, headline } from "./parts.js";

function drawLatency(data, context) {
  const dates = data.map((row) => row.date);
  const runs = data.reduce((total, row) => total + row.runs, 0);
  const measured = data.filter((row) => row.p99 !== null);
  const newest = measured.at(-1);
  const worst = measured.reduce((one, row) => (row.p99 > one.p99 ? row : one), measured[0]);
  return [
    headline([
      [`p50 on ${format.shortDay(newest.date)}`, newest.p50, format.ms(newest.p50), 0],
      [`p99 on ${format.shortDay(newest.date)}`, newest.p99, format.ms(newest.p99), 1],
      [`Worst p99, ${format.shortDay(worst.date)}`, worst.p99, format.ms(worst.p99)],
      ["Runs", runs, format.count(runs)],
    ]),
    days(context, "latency", {
      label:
        `Latency a day in ms; the worst 99th percentile is ${format.ms(worst.p99)}. ` +
        "The numbers are in the table.",
      dates,
      lines: true,
      legend: false,
      height: "tall",
      show: format.ms,
      series: [
        { label: "p50", values: data.map((row) => row.p50), colour: 0 },
        { label: "p99", values: data.map((row) => row.p99), colour: 1 },
      ],
      y: { ticks: { callback: (value) => `${format.compact(value)} ms` } },
    }),
    days(context, "runs", {
      label: `Runs a day: ${format.count(runs)} in all. The numbers are in the table.`,
      dates,
      height: "flat",
      show: format.count,
      series: [{ label: "Runs", values: data.map((row) => row.runs), colour: 3 }],
      y: {
        ticks: {
          maxTicksLimit: 3,
          callback: (value) => (Number.isInteger(value) ? format.compact(value) : ""),
        },
      },
    }),
  ];
}

function drawDegraded(data) {
  return [
    headline([
      ["Degraded", data.degradedRate, format.rate(data.degradedRate)],
      ["Decisions degraded", data.degradedCount, format.count(data.degradedCount)],
      ["Decisions with a score", data.totalCount, format.count(data.totalCount)],
    ]),
    data.byReason.length
      ? barList(
          data.byReason.map((row) => ({
            id: row.reason,
            label: format.word(row.reason),
            part: row.count,
            colour: "c2",
            value: figure(row.count, format.count(row.count)),
            beside: `${format.share(row.count / data.degradedCount)} of the degraded`,
          })),
        )
      : null,
  ];
}

function drawPolicies(data) {
  return [
    barList(
      data.map((row) => ({
        id: row.policyType,
        label: format.word(row.policyType),
        part: row.suppressions,
        colour: "c4",
        value: figure(row.suppressions, format.count(row.suppressions)),
        beside: [figure(row.customers, format.plural(row.customers, "customer"))],
      })),
    ),
  ];
}

export const operations = {
  title: "Operations",
  panels: [
    {
      id: "latency_trend",
      type: "latency_trend",
      title: "Latency of decision runs",
      size: "full",
      height: "tall",
      draw: drawLatency,
      about: "Median and 99th percentile of completed and failed runs, by the day of their start",
      isEmpty: (data) => data.every((row) => !row.runs),
      empty: ["No runs in this window.", "They come from the file runs.ndjson."],
    },
    {
      id: "degraded_scoring",
      type: "degraded_scoring",
      title: "Degraded scoring",
      size: "half",
      draw: drawDegraded,
      about: "Decisions that had to do without proper scores, of those with a score",
      isEmpty: (data) => !data.totalCount,
      empty: ["No decision with a score in this window."],
    },
    {
      id: "policy_impact",
      type: "policy_impact",
      title: "Suppressions by policy",
      now: "In force now",
      size: "half",
      draw: drawPolicies,
      about: "Customers whom contact policies keep from being contacted at this moment",
      isEmpty: (data) => !data.length,
      empty: ["No suppression is in force.", "They come from the file suppressions.ndjson."],
    },
  ],
};
