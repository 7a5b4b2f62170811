// Pictures by Chart.js, in the colours of the theme. They change in place: no flicker.

import { h } from "./dom.js";
import { compact, exact, longDay, moment, shortDay } from "./format.js";

const MOST_BARS = 62;

export function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: of("muted"),
    grid: of("line"),
    surface: of("surface"),
    strong: of("text"),
    series: [1, 2, 3, 4, 5, 6].map((number) => of(`c${number}`)),
    font: style.getPropertyValue("--font").trim(),
  };
}

// The element that shows the chart; it is made once for each key of a panel.
function picture(context, key, label, height, configuration) {
  const figure = context.keep(key, () =>
    h("div", { class: `chart ${height}` }, h("canvas", { role: "img" })),
  );
  const canvas = figure.firstChild;
  canvas.setAttribute("aria-label", label);
  context.afterwards(() => {
    const chart = globalThis.Chart.getChart(canvas);
    if (chart && chart.config.type === configuration.type) {
      // As many series as before: keep them, so that what was hidden in the legend stays hidden.
      if (chart.data.datasets.length === configuration.data.datasets.length) {
        chart.data.labels = configuration.data.labels;
        for (const [index, series] of configuration.data.datasets.entries()) {
          Object.assign(chart.data.datasets[index], series);
        }
      } else {
        chart.data = configuration.data;
      }
      chart.options = configuration.options;
      chart.update("none");
    } else {
      chart?.destroy();
      new globalThis.Chart(canvas, configuration);
    }
  });
  return figure;
}

function options(palette, { show, titles, legend, x, y }) {
  const font = { family: palette.font, size: 12 };
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    locale: "en",
    interaction: { mode: "index", intersect: false, axis: "x" },
    plugins: {
      legend: {
        display: legend,
        align: "end",
        position: "top",
        labels: { color: palette.text, font, boxWidth: 10, boxHeight: 10, usePointStyle: false },
      },
      tooltip: {
        backgroundColor: palette.strong,
        titleColor: palette.surface,
        bodyColor: palette.surface,
        titleFont: { ...font, weight: 600 },
        bodyFont: font,
        padding: 8,
        cornerRadius: 6,
        boxPadding: 4,
        callbacks: {
          title: (items) => (items.length ? titles(items[0]) : ""),
          label: (item) => `${item.dataset.label}: ${show(item.parsed.y, item)}`,
        },
      },
    },
    scales: {
      x: {
        border: { color: palette.grid },
        grid: { display: false },
        ...x,
        ticks: { color: palette.text, font, maxRotation: 0, autoSkipPadding: 16, ...x?.ticks },
      },
      y: {
        beginAtZero: true,
        border: { display: false },
        grid: { color: palette.grid },
        // Charts one above the other share their days.
        afterFit: (scale) => {
          scale.width = 54;
        },
        ...y,
        ticks: { color: palette.text, font, maxTicksLimit: 5, callback: compact, ...y?.ticks },
      },
    },
  };
}

// Series over the days of a window; today is pale, for it is not over.
export function days(
  context,
  key,
  { label, dates, series, show, height = "low", lines = false, legend = true, y = {} },
) {
  const palette = colours();
  const asLines = lines || dates.length > MOST_BARS;
  const last = dates.length - 1;
  return picture(context, key, label, height, {
    type: asLines ? "line" : "bar",
    data: {
      labels: dates,
      datasets: series.map(({ label: name, values, colour }) => {
        const paint = palette.series[colour];
        return asLines
          ? {
              label: name,
              data: values,
              borderColor: paint,
              backgroundColor: `${paint}1f`,
              borderWidth: 2,
              fill: !lines,
              tension: 0,
              pointRadius: dates.length > MOST_BARS ? 0 : 3,
              pointHoverRadius: 4,
              pointBackgroundColor: paint,
              spanGaps: false,
              segment: { borderDash: (part) => (part.p1DataIndex === last ? [4, 3] : undefined) },
            }
          : {
              label: name,
              data: values,
              backgroundColor: values.map((_, place) => (place === last ? `${paint}80` : paint)),
              borderColor: paint,
              borderWidth: values.map((_, place) => (place === last ? 1 : 0)),
              borderRadius: 2,
              maxBarThickness: 48,
              categoryPercentage: 0.85,
              barPercentage: 0.95,
            };
      }),
    },
    options: options(palette, {
      show,
      legend: legend && series.length > 1,
      titles: (item) =>
        longDay(dates[item.dataIndex]) + (item.dataIndex === last ? ", so far" : ""),
      x: { offset: true, ticks: { callback: (_, place) => shortDay(dates[place]) } },
      y,
    }),
  });
}

// Measurements at instants, a line for each of the series: [{ label, points: [{ x, y, at }] }].
export function instants(context, key, { label, series, show, from, to, y }) {
  const palette = colours();
  const day = 86_400_000;
  const step = day * Math.max(1, Math.ceil((to - from) / day / 8));
  const dashes = [[], [6, 3], [2, 2], [8, 3, 2, 3]];
  return picture(context, key, label, "tall", {
    type: "line",
    data: {
      datasets: series.map(({ label: name, points }, place) => {
        const paint = palette.series[place % palette.series.length];
        return {
          label: name,
          data: points,
          borderColor: paint,
          backgroundColor: paint,
          borderWidth: 2,
          fill: false,
          tension: 0,
          borderDash: dashes[Math.floor(place / palette.series.length) % dashes.length],
          pointRadius: points.length > 60 ? 0 : 3,
          pointHoverRadius: 5,
          spanGaps: true,
        };
      }),
    },
    options: {
      ...options(palette, {
        show,
        legend: false,
        titles: (item) => moment(item.raw.at),
        x: {
          type: "linear",
          min: from,
          max: to,
          afterBuildTicks: (scale) => {
            scale.ticks = Array.from(
              { length: Math.floor((to - from) / step) + 1 },
              (_, place) => ({ value: from + place * step }),
            );
          },
          ticks: {
            autoSkip: true,
            callback: (value) => shortDay(new Date(value).toISOString().slice(0, 10)),
          },
        },
        y,
      }),
      interaction: { mode: "nearest", intersect: false, axis: "xy" },
    },
  });
}

// Bins from 0 to 1.
export function histogram(context, key, { label, bins, name }) {
  const palette = colours();
  const edges = bins.map(({ binStart, binEnd }) => `${exact(binStart)}–${exact(binEnd)}`);
  return picture(context, key, label, "middle", {
    type: "bar",
    data: {
      labels: edges,
      datasets: [
        {
          label: name,
          data: bins.map((bin) => bin.count),
          backgroundColor: palette.series[0],
          categoryPercentage: 1,
          barPercentage: 0.94,
          borderRadius: 2,
        },
      ],
    },
    options: options(palette, {
      show: exact,
      legend: false,
      titles: (item) => `Score ${edges[item.dataIndex]}`,
      x: {},
    }),
  });
}
