// Building elements. Text is always text: nothing from the endpoint is read as HTML.

const SVG = "http://www.w3.org/2000/svg";

function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value))
        element.addEventListener(event, listener);
    } else if (name === "vars") {
      // The content security policy forbids style attributes, but not properties set by script.
      for (const [key, number] of Object.entries(value))
        element.style.setProperty(`--${key}`, number);
    } else {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(
    ...children
      .flat(Infinity)
      .filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

export const h = (tag, attributes, ...children) =>
  build(document.createElement(tag), attributes, children);
export const s = (tag, attributes, ...children) =>
  build(document.createElementNS(SVG, tag), attributes, children);

// Puts the nodes in place of what is there. Those that stay are not touched: a canvas keeps its
// picture.
export function setChildren(parent, nodes) {
  const wanted = nodes.flat(Infinity).filter(Boolean);
  wanted.forEach((node, place) => {
    const present = parent.childNodes[place];
    if (present === node) return;
    if (present && !wanted.includes(present)) present.replaceWith(node);
    else parent.insertBefore(node, present ?? null);
  });
  while (parent.childNodes.length > wanted.length) parent.lastChild.remove();
}

// A number for people, with its exact value for tooltips and programs.
export function figure(value, shown, tip = null) {
  if (value === null || value === undefined)
    return h("span", { class: "none", title: "undefined: nothing to divide by" }, shown);
  const more = tip && tip !== shown ? { "data-tip": tip } : {};
  return h("data", { value: String(value), ...more }, shown);
}

// A bar that fills its place to a part from 0 to 1.
export function bar(part, kind = "") {
  const filled = Math.max(0, Math.min(1, part || 0));
  return h(
    "span",
    { class: `bar ${kind}`, "aria-hidden": "true", vars: { part: filled } },
    h("span"),
  );
}

export const unseen = (...children) => h("span", { class: "unseen" }, ...children);
