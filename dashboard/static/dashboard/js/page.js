// The page: its state, its panels, and the rhythm in which they ask again.

import { address, changed, parse } from "./address.js";
import { h, setChildren } from "./dom.js";
import { lastDays, moment, time, timeZone } from "./format.js";
import { Panel } from "./panel.js";

const EVERY = 30_000;
const byId = (id) => document.getElementById(id);

export class Page {
  constructor(views, filters, settings) {
    Object.assign(this, {
      views,
      filters,
      settings,
      panels: [],
      timer: null,
      paused: false,
      round: 0,
    });
    this.state = {};
    addEventListener("popstate", () => this.show());
    document.addEventListener("visibilitychange", () => this.rhythm());
    document.addEventListener("click", (event) => this.follow(event));
    byId("pause").addEventListener("click", () => this.pause(!this.paused));
    byId("refresh").addEventListener("click", () => this.refresh());
  }

  // ---- moving about

  href(changes, panel = "") {
    return address(changed(this.state, changes), panel);
  }

  go(changes) {
    history.pushState(null, "", this.href(changes));
    this.show();
  }

  // Links within the page change it in place; with a modifier key they open elsewhere as ever.
  follow(event) {
    const link = event.target.closest?.("a[href]");
    if (
      !link ||
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    if (
      link.target ||
      link.hasAttribute("download") ||
      link.origin !== location.origin ||
      link.pathname !== location.pathname
    )
      return;
    if (!link.getAttribute("href").startsWith("?")) return;
    event.preventDefault();
    history.pushState(null, "", link.href);
    const moved = this.show();
    if (moved && !location.hash) byId("view-title").focus({ preventScroll: false });
  }

  // Shows what the address says. Returns whether it is another view than before.
  show() {
    const { state, complaints } = parse(location.search);
    const moved = state.view !== this.state.view;
    this.state = state;
    const title = this.views[state.view].title;
    byId("view-title").textContent = title;
    byId("scope").textContent = `${lastDays(state.days)}, days in ${timeZone}`;
    document.title = `${title} · ${lastDays(state.days)} · Decision dashboard`;
    this.filters.show(this);
    for (const link of document.querySelectorAll(".views a")) {
      const here = link.dataset.view === state.view;
      link.href = this.href({ view: link.dataset.view });
      if (here) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
      if (here && moved) link.scrollIntoView({ block: "nearest", inline: "center" });
    }
    setChildren(
      byId("page-notice"),
      complaints.map((text) => h("p", { class: "notice warning" }, text)),
    );
    if (moved) {
      this.panels = this.views[state.view].panels.map((definition) => new Panel(definition, this));
      setChildren(
        byId("panels"),
        this.panels.map((panel) => panel.element),
      );
      byId("panels").className = `panels ${state.view}`;
    } else {
      for (const panel of this.panels) panel.drawFrame();
    }
    byId("as-of").textContent = "Asking…";
    this.refresh().then(() => this.arrive());
    return moved;
  }

  // A link may name a panel, and what to look at there.
  arrive() {
    const panel = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
    if (!panel || panel === this.arrivedAt) return;
    this.arrivedAt = panel;
    panel.scrollIntoView({ block: "start" });
    panel.querySelector("h2")?.focus({ preventScroll: true });
  }

  menus() {
    return this.filters.menus;
  }

  // ---- asking again and again

  async refresh() {
    const round = ++this.round;
    clearTimeout(this.timer);
    await Promise.all(this.panels.map((panel) => panel.load()));
    if (round !== this.round) return;
    this.report();
    this.rhythm();
  }

  rhythm() {
    clearTimeout(this.timer);
    if (this.paused || document.hidden) return;
    const waits = this.panels.map((panel) => (panel.refusal?.retryAfter ?? 0) * 1000);
    this.timer = setTimeout(() => this.refresh(), Math.max(EVERY, ...waits));
  }

  pause(paused) {
    this.paused = paused;
    const button = byId("pause");
    button.textContent = paused ? "Resume" : "Pause";
    button.setAttribute("aria-pressed", String(paused));
    this.report();
    if (paused) clearTimeout(this.timer);
    else this.refresh();
  }

  report() {
    const instants = this.panels
      .filter((panel) => panel.answer && !panel.refusal)
      .map((panel) => panel.asOf)
      .sort();
    const failed = this.panels.filter((panel) => panel.refusal);
    const signedOut = failed.some((panel) => panel.refusal.status === 401);
    // The oldest: all figures are at least as new.
    byId("as-of").textContent = instants.length
      ? `As of ${time(instants[0])} ${timeZone}${this.paused ? ", paused" : ""}`
      : "No figures";
    byId("as-of").title = instants.length ? `Exact for ${moment(instants[0])} ${timeZone}` : "";
    byId("announce").textContent = failed.length
      ? `${failed.length} of ${this.panels.length} panels could not be loaded.`
      : "";
    const next = encodeURIComponent(location.pathname + location.search + location.hash);
    if (signedOut) {
      setChildren(byId("page-notice"), [
        h(
          "p",
          { class: "notice critical" },
          "You are signed out. ",
          h("a", { href: `${this.settings.signIn}?next=${next}` }, "Sign in again"),
          " to come back to this place.",
        ),
      ]);
    }
  }

  redraw() {
    for (const panel of this.panels) if (panel.answer) panel.draw();
  }
}
