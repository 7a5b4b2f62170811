// What the page shows, as its address says it: view, window and filters can be shared as a link.

export const VIEWS = ["overview", "offers", "decisions", "operations", "models"];
export const DAYS = [1, 7, 30, 90, 365];
export const DEFAULT_DAYS = 7;

// By view, what its panels' types accept beside days; filled once, from what the server says.
const asked = {};
// What a view understands further: by these it marks what a link led to.
const MARKS = { offers: ["offerId", "channelId"] };

export function learn(views, accepts) {
  for (const [view, { panels }] of Object.entries(views)) {
    const names = panels.flatMap(({ type }) => accepts[type]);
    asked[view] = [...new Set(names)].filter((name) => name !== "days");
  }
}

// Whether a filter makes a difference in a view.
export function filtersBy(view, name) {
  return asked[view].includes(name);
}

function understood(view) {
  return [...new Set([...asked[view], ...(MARKS[view] ?? [])])];
}

// What stays when another view is chosen.
const LASTING = ["segmentId"];
// In the order of the menus: the first is the default.
export const GROUPINGS = {
  offers: [
    ["", "Channel"],
    ["category", "Category"],
    ["segment", "Segment"],
  ],
  decisions: [
    ["", "Nothing"],
    ["channel", "Channel"],
    ["category", "Category"],
    ["offer", "Offer"],
  ],
};

export function wholeDays(text) {
  const digits = String(text).trim();
  const days = /^[0-9]{1,3}$/.test(digits) ? Number(digits) : 0;
  return days >= 1 && days <= 365 ? days : null;
}

// The state that an address stands for, and complaints about what it says wrong.
export function parse(search) {
  const given = new URLSearchParams(search);
  const complaints = [];
  let view = given.get("view") || "overview";
  if (!VIEWS.includes(view)) {
    complaints.push(`There is no view “${view}”; this is the overview.`);
    view = "overview";
  }
  const text = given.get("days") || String(DEFAULT_DAYS);
  let days = wholeDays(text);
  if (days === null) {
    complaints.push(
      `“${text}” is not a number of days from 1 to 365; these are ${DEFAULT_DAYS} days.`,
    );
    days = DEFAULT_DAYS;
  }
  const state = { view, days };
  for (const name of understood(view)) {
    const value = given.get(name);
    if (value) state[name] = value;
  }
  if (state.groupBy && !GROUPINGS[view].some(([value]) => value === state.groupBy)) {
    if (!(view === "offers" && state.groupBy === "channel")) {
      complaints.push(`This view cannot be grouped by “${state.groupBy}”.`);
    }
    delete state.groupBy;
  }
  if (!state.groupBy) delete state.filterId;
  return { state, complaints };
}

export function address(state, panel = "") {
  const query = new URLSearchParams();
  query.set("view", state.view);
  query.set("days", state.days);
  for (const name of understood(state.view)) {
    if (state[name]) query.set(name, state[name]);
  }
  return `?${query}${panel ? `#${panel}` : ""}`;
}

// The state after changes; another view keeps only what makes sense there.
export function changed(state, changes) {
  const next = { ...state, ...changes };
  if (next.view !== state.view) {
    for (const name of Object.keys(state)) {
      if (!["view", "days", ...LASTING].includes(name) && !(name in changes)) delete next[name];
    }
  }
  if ("groupBy" in changes && !("filterId" in changes)) delete next.filterId;
  return next;
}
