// Models: how good they are over time, and what they go by.

import { instants } from "./charts.js";
import { figure, h } from "./dom.js";
import * as format from "./format.js";
import { barList } from "./parts.js";
import { importance } from "./types.js";

function drawAuc(data, context) {
  const series = data.map((model) => ({
    label: model.modelName || model.modelId,
    points: model.trend
      .filter((point) => point.auc !== null)
      .map((point) => ({
        x: format.wallClock(point.recordedAt),
        y: point.auc,
        at: point.recordedAt,
      })),
  }));
  const known = series.flatMap(({ points }) => points.map((point) => point.y));
  const edge = (value) => Math.min(1, Math.max(0, value / 20));
  const { from, to } = context.answer.window;
  return [
    h(
      "ul",
      { class: "newest" },
      data.map((model, place) => {
        const measured = model.trend.filter((point) => point.auc !== null);
        const [first, last] = [measured.at(0)?.auc ?? null, measured.at(-1)?.auc ?? null];
        const change = measured.length > 1 ? last - first : null;
        return h(
          "li",
          { "data-id": model.modelId },
          h("span", { class: `key c${(place % 6) + 1}`, "aria-hidden": "true" }),
          h(
            "span",
            {},
            series[place].label,
            h("span", { class: "quietly" }, ` ${model.modelType}`),
          ),
          h(
            "strong",
            {},
            figure(last, format.score(last), last === null ? null : format.exact(last)),
          ),
          h(
            "span",
            { class: "quietly" },
            change === null
              ? format.plural(measured.length, "measurement")
              : `${change < 0 ? "▼" : "▲"} ${format.score(Math.abs(change))} ` +
                  `since ${format.moment(measured[0].recordedAt)}`,
          ),
        );
      }),
    ),
    instants(context, "auc", {
      label: "AUC of the models over time. The numbers are in the table.",
      series,
      show: (value) => format.exact(value),
      from: Date.parse(`${from}T00:00:00Z`),
      to: Date.parse(`${to}T00:00:00Z`) + 86_400_000,
      y: {
        beginAtZero: false,
        min: edge(Math.floor(Math.min(...known) * 20 - 0.4)),
        max: edge(Math.ceil(Math.max(...known) * 20 + 0.4)),
        ticks: { callback: (value) => format.rank(value) },
      },
    }),
  ];
}

const important = (data) => data.filter((model) => model.featureImportance.length);

function drawImportance(data, context) {
  return [
    h(
      "div",
      { class: "models-importance" },
      important(data).map((model) => {
        context.ui[model.modelId] ??= { all: false };
        const ui = context.ui[model.modelId];
        const { featureImportance: features } = model;
        const shown = ui.all ? features : features.slice(0, 10);
        return h(
          "section",
          { "data-id": model.modelId },
          h("h3", {}, model.modelName || model.modelId),
          barList(
            shown.map((row) => ({
              id: row.feature,
              label: row.feature,
              part: row.importance,
              colour: "c1",
              value: figure(
                row.importance,
                format.score(row.importance),
                format.exact(row.importance),
              ),
            })),
            "narrow",
          ),
          features.length > 10
            ? h(
                "button",
                {
                  type: "button",
                  class: "link more",
                  "data-key": `more-${model.modelId}`,
                  on: {
                    click: () => {
                      ui.all = !ui.all;
                      context.redraw();
                    },
                  },
                },
                ui.all ? "Show the first 10" : `Show all ${format.count(features.length)}`,
              )
            : null,
        );
      }),
    ),
  ];
}

export const models = {
  title: "Models",
  panels: [
    {
      id: "auc",
      type: "model_metrics_trend",
      title: "AUC over time",
      size: "full",
      height: "tall",
      draw: drawAuc,
      about: "Area under the ROC curve: 1 is perfect, 0.5 a coin toss",
      isEmpty: (data) => data.every((model) => model.trend.every((point) => point.auc === null)),
      empty: [
        "Nothing was measured in this window.",
        "Choose a longer one; measurements come from the file model_metrics.ndjson.",
      ],
    },
    {
      id: "feature_importance",
      type: "model_metrics_trend",
      title: "Feature importance",
      size: "full",
      draw: drawImportance,
      about: "Of the newest record in the window that has any",
      table: (data) =>
        importance(
          important(data).flatMap(({ modelName, featureImportance }) =>
            featureImportance.map((row) => ({ modelName, ...row })),
          ),
        ),
      isEmpty: (data) => !important(data).length,
      empty: ["No record in this window has feature importances."],
    },
  ],
};
