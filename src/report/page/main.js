// From the data to the page.
"use strict";

function showLegend(fleet) {
  const present = new Set([...fleet.kindOfPhase, waiting]);
  const items = kinds.map((kind, index) => present.has(index)
    ? element("li", {}, element("i", {colour: `var(--${kind})`}), kindTitle(kind)) : null);
  if (fleet.admitted.some(guest => guest.status !== "ok"))
    items.push(element("li", {}, element("i", {class: "mark", colour: "var(--trouble)"}), "ended, not ok"));
  byId("legend").replaceChildren(...items.filter(item => item !== null));
}

/** With several runs: which of them, and what their times count from. */
function offerRuns(fleet) {
  if (fleet.runs.length < 2) return;
  byId("run-choice").hidden = false;
  byId("run").replaceChildren(
    element("option", {value: "each"}, "all, each from its beginning"),
    element("option", {value: "clock"}, "all, by the clock"),
    ...fleet.runs.map((run, index) => element("option", {value: index}, run.id)));
}

function readChoice() {
  const run = byId("run").value;
  return {
    run: run === "" || run === "each" || run === "clock" ? run || "each" : Number(run),
    order: byId("order").value, only: byId("only").checked,
  };
}

function showTimeline(fleet) {
  byId("timeline").hidden = false;
  byId("only-choice").hidden = fleet.admitted.every(guest => guest.status === "ok");
  showLegend(fleet);
  offerRuns(fleet);
  const timeline = new Timeline(fleet);
  for (const id of ["run", "order", "only"])
    byId(id).addEventListener("change", () => timeline.choose(readChoice()));
  byId("whole").addEventListener("click", () => timeline.reset());
  return timeline;
}

function showPlots(fleet) {
  if (fleet.admitted.length === 0) return [];
  byId("durations").hidden = fleet.phases.length === 0;
  return [showTimeline(fleet), ...(fleet.phases.length > 0 ? [new Durations(fleet)] : [])];
}

/** Plots follow the window, the time of day, and the printer. */
function keepUp(plots) {
  const redraw = () => plots.forEach(plot => plot.draw());
  let waitingForFrame = 0;
  new ResizeObserver(() => {
    cancelAnimationFrame(waitingForFrame);
    waitingForFrame = requestAnimationFrame(() => plots.forEach(plot => plot.resize()));
  }).observe(document.body);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  matchMedia("print").addEventListener("change", redraw);
}

function main() {
  const fleet = readFleet();
  byId("subtitle").textContent = subtitleOf(fleet);
  byId("finding").textContent = findingOf(fleet);
  showNotices(fleet);
  showTotals(fleet);
  showPhases(fleet);
  showFailures(fleet);
  showLeft(fleet);
  showSlowest(fleet);
  showSources(fleet);
  keepUp(showPlots(fleet));
  document.documentElement.dataset.ready = "yes";
}

main();
