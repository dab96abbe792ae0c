// The page's data as what it means; src/report/page_data.cpp writes it.
"use strict";

const statuses = ["ok", "failed", "rejected", "cancelled"];
const spanWidth = 5;  // phase, start, duration, attempts, exit code

function readGuest(row, index) {
  const [name, target, run, line, status, admitted, queued, duration, ca, leaked, code, phase, message, spans] = row;
  return {
    index, name, target: target === 0 ? name : target, run, line, status: statuses[status], admitted, queued,
    duration, ca, leaked: leaked === 1, code: code || "", phase: phase || "", message: message || "", spans,
  };
}

/** Phases that share a colour: all steps, and what a clean-up does. */
const kinds = ["create", "start", "copy_ca", "install_ca", "step", "clean-up", "waiting"];
const waiting = kinds.indexOf("waiting");
const kindTitles = {step: "steps", waiting: "waiting for its turn", "clean-up": "clean-up"};

function kindOf(phase) {
  if (phase.startsWith("step[")) return kinds.indexOf("step");
  const kind = kinds.indexOf(phase);
  return kind >= 0 ? kind : kinds.indexOf("clean-up");
}

function readFleet() {
  const fleet = JSON.parse(byId("data").textContent);
  fleet.guests = fleet.guests.map(readGuest);
  fleet.kindOfPhase = fleet.phases.map(phase => kindOf(phase.name));
  fleet.admitted = fleet.guests.filter(guest => guest.admitted !== null);
  fleet.count = status => fleet.runs.reduce((sum, run) => sum + run.byStatus[statuses.indexOf(status)], 0);
  return fleet;
}

/** Calls back with the kind, begin and end of everything that a guest went through, in milliseconds
    since its admission; what no phase accounts for is waiting. */
function forEachSegment(fleet, guest, take) {
  let now = 0;
  for (let i = 0; i < guest.spans.length; i += spanWidth) {
    const start = guest.spans[i + 1];
    const end = start + guest.spans[i + 2];
    if (start > now) take(waiting, now, start);
    take(fleet.kindOfPhase[guest.spans[i]], start, end);
    now = Math.max(now, end);
  }
  if (guest.duration > now) take(waiting, now, guest.duration);
}
