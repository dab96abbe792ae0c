// Every guest's phases over time, and how many guests were in each. Zoomed out, neighbouring guests
// share a row; what is in view is worked out anew whenever that changes.
"use strict";

const columnsInView = 400;
const right = 48;  // of both plots, so that their times stand above each other
const fewRows = 30;  // so many guests have their names beside the plot

class Timeline {
  constructor(fleet) {
    this.fleet = fleet;
    this.concurrency = echarts.init(byId("concurrency-plot"), null, {height: 190});
    this.guests = echarts.init(byId("timeline-plot"), null, {height: 480});
    this.guests.on("datazoom", () => this.follow());
    this.choose({run: "each", order: "admission", only: false});
  }

  /** Which guests, in which order, and from when their time counts. */
  choose(choice) {
    this.choice = choice;
    const guests = this.fleet.admitted.filter(guest =>
      (typeof choice.run !== "number" || guest.run === choice.run) && (!choice.only || guest.status !== "ok"));
    const rank = {
      admission: guest => [this.startOf(guest)],
      duration: guest => [-guest.duration],
      trouble: guest => [guest.status === "ok" ? 1 : 0, this.startOf(guest)],
    }[choice.order];
    const ranked = guests.map(guest => ({guest, rank: rank(guest)}));
    ranked.sort((a, b) => a.rank[0] - b.rank[0] || (a.rank[1] || 0) - (b.rank[1] || 0));
    this.segments = flatten(this.fleet, ranked.map(one => one.guest), guest => this.offsetOf(guest));
    this.everybody = choice.only
      ? flatten(this.fleet, this.fleet.admitted.filter(guest =>
          typeof choice.run !== "number" || guest.run === choice.run), guest => this.offsetOf(guest))
      : this.segments;
    this.end = Math.max(this.everybody.last, 1);
    this.reset();
  }

  offsetOf(guest) {
    return this.choice.run === "clock" ? 0 : this.fleet.runs[guest.run].began - this.fleet.origin;
  }

  startOf(guest) {
    return guest.admitted - this.offsetOf(guest);
  }

  reset() {
    this.view = {from: 0, to: this.end, first: 0, last: this.segments.guests.length};
    this.draw();
  }

  /** The person has zoomed. */
  follow() {
    const [time, , rows] = this.guests.getOption().dataZoom;
    const count = this.segments.guests.length;
    const from = Math.max(0, time.startValue), to = Math.min(this.end, time.endValue);
    const first = Math.max(0, rows.startValue);
    const last = Math.min(count, rows.endValue + 1);
    this.view = {from, to: Math.max(to, from + 0.001), first, last};
    this.concurrency.setOption(this.concurrencyOption());
    this.guests.setOption({series: this.guestSeries(), });
    this.tell();
  }

  draw() {
    this.palette = readPalette();
    const height = Math.min(560, Math.max(120, 18 * this.segments.guests.length) + 92);
    this.guests.resize({height});
    this.concurrency.resize({height: 190});
    this.concurrency.setOption(this.concurrencyOption(), true);
    this.guests.setOption(this.guestOption(height), true);
    this.tell();
  }

  /** Room for names beside the plots, where there is any. */
  left() {
    const named = this.segments.guests.length <= fewRows && window.innerWidth > 700;
    return named ? 132 : 52;
  }

  rowsInView() {
    return Math.max(40, Math.min(220, Math.floor((this.guests.getHeight() - 92) / 2.4)));
  }

  groupSize() {
    const count = this.view.last - this.view.first;
    return count <= this.rowsInView() ? 1 : Math.ceil(count / this.rowsInView());
  }

  tell() {
    const {view, segments} = this;
    const size = this.groupSize();
    byId("whole").disabled = view.from <= 0 && view.to >= this.end && view.first === 0 &&
      view.last === segments.guests.length;
    byId("timeline-hint").textContent = (size === 1
      ? "A row is a guest. "
      : `A row is ${formatMany(size, "guest")} that stand next to each other, and shows what most of them did. `) +
      "Drag the bars below and beside the plot to zoom, or turn the wheel with Ctrl held down.";
  }

  timeAxis() {
    return {
      ...axisBasics(this.palette), type: "value", min: 0, max: this.end,
      axisLabel: {color: this.palette.muted, formatter: formatTick, hideOverlap: true, showMaxLabel: false},
      splitLine: {show: false},
    };
  }

  concurrencyOption() {
    const {palette, view} = this;
    const series = this.concurrencySeries();
    const basics = plotBasics(palette);
    return {
      ...basics, series, grid: {left: this.left(), right, top: 12, bottom: 26},
      xAxis: {...this.timeAxis(), min: view.from, max: view.to},
      yAxis: {...axisBasics(palette), type: "value", minInterval: 1, splitNumber: 4,
        axisLabel: {color: palette.muted, formatter: formatCount}},
      tooltip: {...basics.tooltip, trigger: "axis", axisPointer: {type: "line", lineStyle: {color: palette.muted}},
        formatter: points => this.concurrencyTip(points)},
    };
  }

  /** A stack: each kind's area reaches down to zero, and those that stand on fewer lie in front. The
      library stacks only over categories. A point: moment, height, guests of this kind. */
  concurrencySeries() {
    const {palette, view} = this;
    const values = concurrencyIn(this.everybody, view, columnsInView);
    const width = (view.to - view.from) / columnsInView;
    const heights = new Float64Array(columnsInView);
    return kinds.map((kind, index) => ({
      name: kind, type: "line", step: "middle", symbol: "none", silent: true, z: kinds.length - index,
      lineStyle: {width: 0}, areaStyle: {color: palette.kinds[index], opacity: 1}, color: palette.kinds[index],
      data: values[index].map((value, column) =>
        [view.from + (column + 0.5) * width, heights[column] += value, value]),
    }));
  }

  concurrencyTip(points) {
    const rows = points.filter(point => point.value[2] >= 0.05).reverse().map(point =>
      element("div", {}, swatch(point.seriesIndex), `${kindTitle(point.seriesName)}: ${formatFixed(point.value[2], 1)}`));
    return element("div", {}, element("strong", {}, formatTime(points[0].value[0])), ...rows);
  }

  rowAxis() {
    const {palette, segments} = this;
    const named = this.left() > 100;
    return {
      ...axisBasics(palette), type: "category", inverse: true, data: segments.guests.map((_, row) => row),
      splitLine: {show: false},
      axisLabel: {color: palette.muted, fontSize: named ? 11 : 12, hideOverlap: true,
        interval: index => named || this.hasLabel(index),
        formatter: row => named ? shortened(segments.guests[row].name) : formatCount(Number(row) + 1)},
    };
  }

  /** Some eight of the rows in view, at round numbers. */
  hasLabel(row) {
    const step = Math.max(1, niceStep((this.view.last - this.view.first) / 8));
    return (row + 1) % step === 0 || (row === 0 && step > 1);
  }

  guestOption(height) {
    const {palette, view} = this;
    const slider = {
      borderColor: palette.grid, backgroundColor: "transparent", fillerColor: `${palette.link}22`,
      dataBackground: {lineStyle: {opacity: 0}, areaStyle: {opacity: 0}},
      handleStyle: {color: palette.paper, borderColor: palette.muted},
      moveHandleStyle: {color: palette.muted, opacity: 0.35}, moveHandleSize: 5,
      textStyle: {color: palette.muted, fontSize: 11}, brushSelect: false, filterMode: "none", showDetail: false,
    };
    const basics = plotBasics(palette);
    return {
      ...basics,
      grid: {left: this.left(), right, top: 8, bottom: 76},
      xAxis: this.timeAxis(), yAxis: this.rowAxis(),
      dataZoom: [
        {...slider, type: "slider", xAxisIndex: 0, bottom: 14, height: 20, startValue: view.from, endValue: view.to},
        {type: "inside", xAxisIndex: 0, filterMode: "none", zoomOnMouseWheel: "ctrl", moveOnMouseMove: true,
          moveOnMouseWheel: false, preventDefaultMouseMove: false},
        {...slider, type: "slider", yAxisIndex: 0, right: 12, width: 18,
          startValue: view.first, endValue: view.last - 1},
      ],
      tooltip: {...basics.tooltip, trigger: "item", formatter: point => this.cellTip(point)},
      series: this.guestSeries(),
    };
  }

  guestSeries() {
    const {palette, view, segments} = this;
    const rows = this.rowsInView();
    const exact = this.groupSize() === 1;
    const cells = exact ? exactCells(segments, view) : groupedCells(segments, view, rows, columnsInView);
    const marks = troubleMarks(segments, view, exact ? view.last - view.first : rows, columnsInView,
      guest => this.offsetOf(guest));
    const gap = exact && view.last - view.first <= 60 ? 0.16 : 0;
    return [
      {type: "custom", clip: true, data: cells, encode: {x: [0, 1], y: 2}, z: 2,
        renderItem: (_, api) => cell(api, palette.kinds[api.value(4)], gap)},
      {type: "custom", clip: true, data: marks, encode: {x: 0, y: 1}, z: 3, silent: true,
        renderItem: (_, api) => mark(api, palette.trouble)},
    ];
  }

  cellTip(point) {
    const [from, to, row, rows, kind] = point.value;
    if (rows > 1) {
      return element("div", {}, swatch(kind), `${kindTitle(kinds[kind])}: most of guests ` +
        `${formatCount(row + 1)} to ${formatCount(row + rows)}, from ${formatTime(from)} to ${formatTime(to)}`);
    }
    return guestTip(this.fleet, this.segments.guests[row]);
  }

  resize() {
    this.draw();
  }
}

function kindTitle(kind) {
  return kindTitles[kind] || kind;
}

/** A square in a kind's colour. */
function swatch(kind) {
  return element("i", {class: "swatch", colour: `var(--${kinds[kind]})`});
}

/** Where a moment lies, and the upper and lower end of so many rows. */
function place(api, moment, row, rows) {
  const [x, middle] = api.coord([moment, row]);
  const height = Math.abs(api.size([0, 1])[1]);
  const top = middle - height / 2;
  return [x, Math.round(top), Math.round(top + rows * height)];
}

/** The next of 1, 2, 5, 10, 20, … */
function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return power * [1, 2, 5, 10].find(factor => factor * power >= least);
}

/** The end of a name, which tells it from the others. */
function shortened(name) {
  const most = 19;
  return name.length <= most ? name : `…${name.slice(1 - most)}`;
}

function cell(api, colour, gap) {
  const [x1, y1, y2] = place(api, api.value(0), api.value(2), api.value(3));
  const [x2] = api.coord([api.value(1), api.value(2)]);
  const margin = (y2 - y1) * gap;
  return {
    type: "rect",
    shape: {x: x1, y: y1 + margin, width: Math.max(x2 - x1, 1), height: Math.max(y2 - y1 - 2 * margin, 1)},
    style: {fill: colour},
  };
}

/** The end of a guest that is not ok. */
function mark(api, colour) {
  const [x, y1, y2] = place(api, api.value(0), api.value(1), api.value(2));
  const height = Math.max(y2 - y1, 3);
  return {type: "rect", shape: {x: x - 1.5, y: (y1 + y2 - height) / 2, width: 3, height}, style: {fill: colour}};
}

function guestTip(fleet, guest) {
  const lines = [element("strong", {}, guest.name)];
  if (guest.target && guest.target !== guest.name) lines.push(element("div", {class: "muted"}, guest.target));
  lines.push(element("div", {}, `${guest.status}, ${formatTime(guest.duration)} after its admission`));
  for (let i = 0; i < guest.spans.length; i += spanWidth) {
    const [phase, , duration, attempts] = guest.spans.slice(i, i + spanWidth);
    const tries = attempts > 1 ? `, ${attempts} attempts` : "";
    lines.push(element("div", {}, swatch(fleet.kindOfPhase[phase]),
      `${fleet.phases[phase].name}: ${formatTime(duration)}${tries}`));
  }
  if (guest.code) lines.push(element("div", {class: "bad"}, `${guest.code}: ${guest.message}`));
  return element("div", {}, ...lines);
}
