// One tooltip for whatever says `data-tip`, by pointer and by keyboard; Escape hides it.

const tip = document.createElement("div");
tip.className = "tip";
tip.hidden = true;
tip.setAttribute("role", "tooltip");

function show(target) {
  tip.textContent = target.dataset.tip;
  tip.hidden = false;
  const place = target.getBoundingClientRect();
  const size = tip.getBoundingClientRect();
  const left = Math.max(
    8,
    Math.min(place.left + place.width / 2 - size.width / 2, innerWidth - size.width - 8),
  );
  const above = place.top - size.height - 6;
  tip.style.left = `${left}px`;
  tip.style.top = `${above < 8 ? place.bottom + 6 : above}px`;
}

const hide = () => {
  tip.hidden = true;
};

export function startTooltips() {
  document.body.append(tip);
  for (const event of ["pointerover", "focusin"]) {
    document.addEventListener(event, ({ target }) => {
      const owner = target.closest?.("[data-tip]");
      if (owner) show(owner);
      else hide();
    });
  }
  document.addEventListener("keydown", ({ key }) => key === "Escape" && hide());
  for (const event of ["scroll", "pointerleave", "focusout"])
    document.addEventListener(event, hide, true);
}
