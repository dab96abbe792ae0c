// From guests to what a plot of a few hundred pixels can show of them, for the part in view.
"use strict";

/** Everything that the guests went through as flat arrays, which are fast to walk along. `offsetOf`
    gives the moment from which a guest's run counts. */
function flatten(fleet, guests, offsetOf) {
  let size = 0;
  for (const guest of guests) forEachSegment(fleet, guest, () => { ++size; });
  const segments = {
    kind: new Uint8Array(size), begin: new Float64Array(size), end: new Float64Array(size),
    first: new Uint32Array(guests.length + 1), guests, last: 0,
  };
  let at = 0;
  guests.forEach((guest, row) => {
    const admitted = guest.admitted - offsetOf(guest);
    forEachSegment(fleet, guest, (kind, begin, end) => {
      segments.kind[at] = kind;
      segments.begin[at] = admitted + begin;
      segments.end[at] = admitted + end;
      ++at;
    });
    segments.first[row + 1] = at;
    segments.last = Math.max(segments.last, admitted + guest.duration);
  });
  return segments;
}

/** Adds a stretch from `a` to `b` (in columns) to sums per column and their differences. */
function addStretch(sums, steps, offset, a, b) {
  const first = Math.floor(a);
  const last = Math.floor(b);
  if (first === last) {
    sums[offset + first] += b - a;
    return;
  }
  sums[offset + first] += first + 1 - a;
  sums[offset + last] += b - last;
  steps[offset + first + 1] += 1;
  steps[offset + last] -= 1;
}

/** How many guests were in each kind of phase, on average over each of `columns` slices of the view:
    an array of columns per kind. */
function concurrencyIn(segments, view, columns) {
  const stride = columns + 2;
  const sums = new Float64Array(stride * kinds.length);
  const steps = new Float64Array(stride * kinds.length);
  const scale = columns / (view.to - view.from);
  for (let i = 0; i < segments.kind.length; ++i) {
    const a = Math.max(0, (segments.begin[i] - view.from) * scale);
    const b = Math.min(columns, (segments.end[i] - view.from) * scale);
    if (b > a) addStretch(sums, steps, segments.kind[i] * stride, a, b);
  }
  return kinds.map((_, kind) => {
    let whole = 0;
    return Array.from({length: columns}, (_, column) => {
      whole += steps[kind * stride + column];
      return whole + sums[kind * stride + column];
    });
  });
}

/** One rectangle per segment: [from, to, row, rows, kind, first guest's row]. */
function exactCells(segments, view) {
  const cells = [];
  for (let row = view.first; row < view.last; ++row) {
    for (let i = segments.first[row]; i < segments.first[row + 1]; ++i) {
      if (segments.end[i] >= view.from && segments.begin[i] <= view.to)
        cells.push([segments.begin[i], segments.end[i], row, 1, segments.kind[i]]);
    }
  }
  return cells;
}

/** What most of the guests of rows `first` to `last` did, slice by slice; -1: nothing. */
function prevailing(segments, view, columns, first, last, sums) {
  sums.fill(0);
  const scale = columns / (view.to - view.from);
  for (let i = segments.first[first]; i < segments.first[last]; ++i) {
    const a = Math.max(0, (segments.begin[i] - view.from) * scale);
    const b = Math.min(columns, (segments.end[i] - view.from) * scale);
    for (let column = Math.floor(a); column < b; ++column)
      sums[segments.kind[i] * columns + column] += Math.min(b, column + 1) - Math.max(a, column);
  }
  const least = (last - first) / 2;
  return Int8Array.from({length: columns}, (_, column) => {
    let best = -1, most = 0, all = 0;
    for (let kind = 0; kind < kinds.length; ++kind) {
      const sum = sums[kind * columns + column];
      all += sum;
      if (sum > most) [best, most] = [kind, sum];
    }
    return all >= least ? best : -1;
  });
}

/** Neighbouring guests share a row, which shows what most of them did. */
function groupedCells(segments, view, rows, columns) {
  const cells = [];
  const size = Math.ceil((view.last - view.first) / rows);
  const sums = new Float64Array(columns * kinds.length);
  const width = (view.to - view.from) / columns;
  for (let first = view.first; first < view.last; first += size) {
    const last = Math.min(first + size, view.last);
    const kindsThere = prevailing(segments, view, columns, first, last, sums);
    for (let begin = 0, end = 1; begin < columns; begin = end++) {
      while (end < columns && kindsThere[end] === kindsThere[begin]) ++end;
      if (kindsThere[begin] >= 0)
        cells.push([view.from + begin * width, view.from + end * width, first, last - first, kindsThere[begin]]);
    }
  }
  return cells;
}

/** Where guests in view ended that are not ok: [moment, row, rows]. Marks that would lie on each
    other are one. */
function troubleMarks(segments, view, rows, columns, offsetOf) {
  const size = Math.max(1, Math.ceil((view.last - view.first) / rows));
  const seen = new Set();
  const marks = [];
  for (let row = view.first; row < view.last; ++row) {
    const guest = segments.guests[row];
    if (guest.status === "ok") continue;
    const end = guest.admitted - offsetOf(guest) + guest.duration;
    const group = Math.floor((row - view.first) / size);
    const place = group * columns + Math.floor((end - view.from) / (view.to - view.from) * columns);
    if (seen.has(place)) continue;
    seen.add(place);
    const first = view.first + group * size;
    marks.push([end, size === 1 ? row : first, size === 1 ? 1 : Math.min(size, view.last - first)]);
  }
  return marks;
}
