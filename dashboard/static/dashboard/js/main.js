// Puts the page together.

import { learn } from "./address.js";
import { Filters } from "./filters.js";
import { Page } from "./page.js";
import { startThemes } from "./themes.js";
import { startTooltips } from "./tooltip.js";
import { decisions } from "./view_decisions.js";
import { models } from "./view_models.js";
import { offers } from "./view_offers.js";
import { operations } from "./view_operations.js";
import { overview } from "./view_overview.js";

const settings = JSON.parse(document.getElementById("script-data").textContent);
const filters = new Filters();
const views = { overview, offers, decisions, operations, models };
learn(views, settings.accepts);
const page = new Page(views, filters, settings);
filters.listen(page);
startTooltips();
startThemes(() => page.redraw());
page.show();
