// The tables, and the sentences above them.
"use strict";

/** A name of usual length stays on its line. */
const longName = 28;

/** Fills a table. A column: {title, kind: "word" | "name" | "prose" | nothing for a number}. */
function fillTable(id, caption, columns, rows) {
  const classOf = (column, cell) => ({
    word: "word", name: cell && cell.length > longName ? "word name" : "word", prose: "word prose",
  }[column.kind] || null);
  const head = element("tr", {}, ...columns.map(column =>
    element("th", {class: classOf(column) && "word", scope: "col"}, column.title)));
  const body = rows.map(row => element("tr", {class: row.sum ? "sum" : null}, ...columns.map((column, index) =>
    element("td", {class: classOf(column, row.cells[index])}, ...[row.cells[index]].flat()))));
  byId(id).replaceChildren(...(caption ? [element("caption", {}, caption)] : []),
    element("thead", {}, head), element("tbody", {}, ...body));
}

function number(value) {
  return value === 0 ? "–" : formatCount(value);
}

/** "2,950 of 3,000 guests came up in 61.2 s, 48 a second. 50 did not: …" */
function findingOf(fleet) {
  const plans = fleet.guests.length;
  if (plans === 0) return "No results were found in what was read.";
  const ok = fleet.count("ok");
  const [run] = fleet.runs;
  const alone = fleet.runs.length === 1;
  const time = alone && run.began !== null ? ` in ${formatTime(run.wall)}` : "";
  const runs = alone ? "" : `, in ${formatMany(fleet.runs.length, "run")}`;
  const share = ok === plans ? `All ${formatCount(plans)} guests` : `${formatCount(ok)} of ${formatMany(plans, "guest")}`;
  const who = plans === 1 ? (ok === 1 ? "The one guest" : "The one guest did not come") : share;
  const head = plans === 1 && ok === 0 ? `${who} up` : `${who} came up`;
  // The groups are of a code in a phase.
  const byCode = new Map();
  for (const {code, count} of fleet.failures) byCode.set(code, (byCode.get(code) || 0) + count);
  const codes = [...byCode].sort(([, one], [, other]) => other - one);
  const why = codes.slice(0, 3).map(([code, count]) => `${formatCount(count)} ${code}`);
  if (codes.length > 3) why.push("others");
  return `${head}${time}${runs}.${why.length > 0 ? ` Not ok: ${why.join(", ")}.` : ""}`;
}

function subtitleOf(fleet) {
  const [run] = fleet.runs;
  if (!run) return "";
  const began = fleet.runs.filter(one => one.began !== null).map(one => one.began);
  const when = began.length > 0 ? ` · ${formatMoment(Math.min(...began))}` : "";
  return (fleet.runs.length === 1 ? `Run ${run.id}` : formatMany(fleet.runs.length, "run")) + when;
}

function showTotals(fleet) {
  if (fleet.guests.length === 0 && fleet.unanswered.length === 0) return;
  const sum = key => fleet.runs.reduce((total, run) => total + run[key], 0);
  const totals = [["plans", formatCount(fleet.guests.length)]];
  for (const status of statuses) {
    if (status === "ok" || status === "failed" || fleet.count(status) > 0)
      totals.push([status, formatCount(fleet.count(status))]);
  }
  if (sum("leaked") > 0) totals.push(["left behind", formatCount(sum("leaked"))]);
  if (sum("unanswered") > 0) totals.push(["without an answer", formatCount(sum("unanswered"))]);
  totals.push(["retries", formatCount(sum("retries"))]);
  if (fleet.runs.length === 1 && fleet.runs[0].began !== null) {
    const [run] = fleet.runs;
    totals.push(["wall time", formatTime(run.wall)], ["most at once", formatCount(run.mostInFlight)]);
    totals.push(["guests a second", rateOf(run)]);
  }
  if (fleet.whole.count > 1) {
    totals.push(["median guest", formatTime(fleet.whole.p50)], ["p99 guest", formatTime(fleet.whole.p99)]);
  }
  byId("totals").replaceChildren(...totals.map(([name, value]) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, value))));
}

function rateOf(run) {
  const ok = run.byStatus[0];
  if (run.began === null || run.wall === 0) return "–";
  const rate = 1000 * ok / run.wall;
  return formatFixed(rate, rate >= 100 || rate === 0 ? 0 : rate >= 10 ? 1 : 2);
}

function showNotices(fleet) {
  const notices = [];
  for (const input of fleet.inputs) {
    if (input.unreadable > 0)
      notices.push(`${formatMany(input.unreadable, "line")} of ${input.name} could not be read and ` +
        `${input.unreadable === 1 ? "is" : "are"} not in this report.`);
    if (input.torn) notices.push(`The last line of ${input.name} is cut off, as a crash leaves it.`);
  }
  byId("notices").replaceChildren(...notices.map(text => element("p", {class: "notice"}, text)));
}

/** One unit for a whole table, so that its numbers can be compared at a glance. */
function unitFor(most) {
  return most >= 100_000
    ? {name: "s", format: ms => formatFixed(ms / 1000, 2)}
    : {name: "ms", format: ms => formatFixed(ms, most < 1000 ? 1 : 0)};
}

function showPhases(fleet) {
  const unit = unitFor(fleet.whole.max);
  const columns = [{title: "phase", kind: "word"}, {title: "guests"},
    ...["p50", "p90", "p99", "max"].map(name => ({title: `${name}, ${unit.name}`})),
    {title: "failed in it"}, {title: "retries"}, {title: "guests retried"}, {title: "most attempts"}];
  const times = all => ["p50", "p90", "p99", "max"].map(name => unit.format(all[name]));
  const rows = fleet.phases.map((phase, index) => ({cells: [
    [swatch(fleet.kindOfPhase[index]), phase.name], formatCount(phase.times.count), ...times(phase.times),
    number(phase.failed), number(phase.retries), number(phase.retriedGuests), formatCount(phase.mostAttempts)]}));
  if (fleet.waiting.count > 0) rows.push({cells: [[swatch(waiting), "waiting"], formatCount(fleet.waiting.count),
    ...times(fleet.waiting), "", "", "", ""]});
  rows.push({sum: true, cells: ["in all", formatCount(fleet.whole.count), ...times(fleet.whole), "", "", "", ""]});
  fillTable("phases", "", columns, rows);
}

function exampleItem(fleet, example) {
  const guest = fleet.guests[example.guest];
  const where = [guest.target && guest.target !== guest.name ? guest.target : null,
    `line ${guest.line}`, fleet.runs.length > 1 ? `run ${fleet.runs[guest.run].id}` : null];
  return element("li", {},
    element("p", {}, element("strong", {}, guest.name), ` (${where.filter(Boolean).join(", ")})`),
    element("p", {}, guest.message),
    example.hint ? element("p", {class: "muted"}, example.hint) : null,
    example.output ? element("pre", {}, example.output) : null);
}

function showFailures(fleet) {
  byId("failures").hidden = fleet.failures.length === 0;
  fillTable("failure-groups", "", [{title: "code", kind: "word"}, {title: "phase", kind: "word"}, {title: "guests"},
    {title: "of all"}, {title: "the first of them", kind: "prose"}], fleet.failures.map(group => {
    const [first] = group.examples;
    const shown = group.examples.length;
    const label = group.count === 1 ? "more about it"
      : shown === group.count ? `all ${shown} of them` : `the first ${shown} of them`;
    return {cells: [element("code", {}, group.code), group.phase || "–", formatCount(group.count),
      formatShare(group.count, fleet.guests.length),
      [fleet.guests[first.guest].message, element("details", {}, element("summary", {}, label),
        element("ul", {class: "examples"}, ...group.examples.map(example => exampleItem(fleet, example))))]]};
  }));
}

/** A guest's phases as a bar; `whole` is the time that the full width stands for. */
function bar(fleet, guest, whole) {
  const parts = [];
  let now = 0;
  const share = time => `${100 * time / whole}%`;
  forEachSegment(fleet, guest, (kind, begin, end) => {
    const from = Math.max(begin, now);
    if (end > from) parts.push(element("i", {colour: `var(--${kinds[kind]})`, width: share(end - from)}));
    now = Math.max(now, end);
  });
  return element("div", {class: "bar"}, ...parts);
}

function longestPhase(fleet, guest) {
  let best = -1, most = -1, attempts = 0;
  for (let i = 0; i < guest.spans.length; i += spanWidth) {
    if (guest.spans[i + 2] > most) [best, most, attempts] = [guest.spans[i], guest.spans[i + 2], guest.spans[i + 3]];
  }
  if (best < 0) return "–";
  return `${fleet.phases[best].name}, ${formatTime(most)}${attempts > 1 ? `, ${attempts} attempts` : ""}`;
}

function showSlowest(fleet) {
  byId("slow").hidden = fleet.slowest.length === 0;
  if (fleet.slowest.length === 0) return;
  const guests = fleet.slowest.map(index => fleet.guests[index]);
  const most = Math.max(guests[0].duration, 0.001);
  const unit = unitFor(most);
  fillTable("slowest", "", [{title: "guest", kind: "name"}, {title: "status", kind: "word"},
    {title: `took, ${unit.name}`}, {title: "phases", kind: "word"}, {title: "longest phase", kind: "word"}],
    guests.map(guest => ({cells: [guest.name, guest.status, unit.format(guest.duration), bar(fleet, guest, most),
      longestPhase(fleet, guest)]})));
}

function andMore(rows, count, columns) {
  if (count > rows.length)
    rows.push({cells: [`and ${formatCount(count - rows.length)} more`, ...Array(columns - 1).fill("")]});
  return rows;
}

function showLeft(fleet) {
  const sum = key => fleet.runs.reduce((total, run) => total + run[key], 0);
  byId("left").hidden = fleet.leaked.length === 0;
  byId("unanswered-section").hidden = fleet.unanswered.length === 0;
  fillTable("leaked", "", [{title: "guest", kind: "name"}, {title: "machine", kind: "name"},
    {title: "run", kind: "word"}], andMore(fleet.leaked.map(index => {
    const guest = fleet.guests[index];
    return {cells: [guest.name, guest.target, element("code", {}, fleet.runs[guest.run].id)]};
  }), sum("leaked"), 3));
  fillTable("unanswered", "", [{title: "plan", kind: "name"}, {title: "machine", kind: "name"}, {title: "line"},
    {title: "begun", kind: "word"}, {title: "run", kind: "word"}], andMore(fleet.unanswered.map(plan => ({cells: [
    plan.name, plan.target, String(plan.line), formatMoment(plan.admitted),
    element("code", {}, fleet.runs[plan.run].id)]})), sum("unanswered"), 5));
}

function showRuns(fleet) {
  const counts = [["plans", run => run.plans], ...statuses.map((name, index) => [name, run => run.byStatus[index]]),
    ["retries", run => run.retries], ["left behind", run => run.leaked], ["no answer", run => run.unanswered],
    ["most at once", run => run.mostInFlight]].filter(([, count]) => fleet.runs.some(run => count(run) > 0));
  fillTable("runs", "Runs", [{title: "run", kind: "word"}, {title: "began", kind: "word"}, {title: "wall time"},
    ...counts.map(([title]) => ({title})), {title: "guests a second"}], fleet.runs.map(run => ({cells: [
    element("code", {}, run.id), run.began === null ? "–" : formatMoment(run.began),
    run.began === null ? "–" : formatTime(run.wall), ...counts.map(([, count]) => number(count(run))),
    rateOf(run)]})));
}

function showSources(fleet) {
  if (fleet.runs.length > 0) showRuns(fleet);
  if (fleet.cas.length > 0) {
    fillTable("cas", "CAs", [{title: "CA", kind: "word"}, {title: "guests"}, {title: "subject", kind: "name"},
      {title: "valid until", kind: "word"}, {title: "SHA-256", kind: "word"}], fleet.cas.map(ca => ({cells: [
      ca.label, formatCount(ca.guests), ca.subject, ca.notAfter.slice(0, 10), element("code", {}, ca.fingerprint)]})));
  }
  fillTable("inputs", "Files", [{title: "file", kind: "name"}, {title: "results"}, {title: "events"},
    {title: "records of a journal"}, {title: "unreadable"}], fleet.inputs.map(input => ({cells: [input.name,
    number(input.results), number(input.events), number(input.records), number(input.unreadable)]})));
  const remarks = [];
  if (fleet.repeated > 0) remarks.push(`${formatMany(fleet.repeated, "result")} read more than once, and counted once.`);
  if (fleet.superseded > 0)
    remarks.push(`${formatMany(fleet.superseded, "answer")} not counted, because their plans have a later one.`);
  byId("sources").append(...remarks.map(text => element("p", {class: "hint"}, text)));
}
