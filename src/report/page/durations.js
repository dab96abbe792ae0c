// How long phases took: a curve for each phase.
"use strict";

const dashes = ["solid", "dashed", "dotted", [8, 3, 2, 3]];
const mostCurves = 24;

class Durations {
  constructor(fleet) {
    this.fleet = fleet;
    this.plot = echarts.init(byId("durations-plot"), null, {height: 340});
    this.draw();
  }

  draw() {
    const palette = readPalette();
    const basics = plotBasics(palette);
    const curves = this.curves(palette);
    this.plot.resize({height: 340});
    this.plot.setOption({
      ...basics, series: curves,
      legend: {top: 0, left: 0, itemWidth: 22, itemHeight: 8, icon: "roundRect",
        textStyle: {color: palette.ink, fontSize: 12}, data: curves.map(curve => curve.name)},
      grid: {left: 52, right: 40, top: curves.length > 8 ? 64 : 46, bottom: 44},
      xAxis: {...axisBasics(palette), type: "log", min: floorOf(curves), max: ceilingOf(curves),
        axisLabel: {color: palette.muted, formatter: formatTick, hideOverlap: true}},
      yAxis: {...axisBasics(palette), type: "value", min: 0, max: 100, interval: 25,
        axisLabel: {color: palette.muted, formatter: "{value} %"}},
      tooltip: {...basics.tooltip, trigger: "item",
        formatter: point => element("div", {}, element("strong", {}, point.seriesName),
          element("div", {}, `${formatFixed(point.value[1], 1)} % took at most ${formatTime(point.value[2])}`))},
    }, true);
  }

  curves(palette) {
    const used = new Map();
    const curves = this.fleet.phases.slice(0, mostCurves).map((phase, index) => {
      const kind = this.fleet.kindOfPhase[index];
      const nth = used.get(kind) || 0;
      used.set(kind, nth + 1);
      return curve(phase.name, phase.times, palette.kinds[kind], dashes[nth % dashes.length], 2);
    });
    curves.push(curve("in all", this.fleet.whole, palette.ink, "solid", 2));
    curves[0].markLine = percentileLines(palette);
    return curves;
  }

  resize() {
    this.plot.resize();
  }
}

/** The logarithm needs something above zero: 0.1 ms. */
function curve(name, times, colour, dash, width) {
  const points = times.distribution.map(([value, rank]) =>
    [Math.max(value, 0.1), 100 * rank / times.count, value]);
  if (points.length > 0) points.unshift([points[0][0], 0, points[0][2]]);
  return {
    name, type: "line", data: points, step: "end", symbol: "circle", symbolSize: 5, showSymbol: false,
    color: colour, lineStyle: {color: colour, width, type: dash}, emphasis: {lineStyle: {width: 3}},
    triggerLineEvent: true,
  };
}

function percentileLines(palette) {
  return {
    silent: true, symbol: "none", lineStyle: {color: palette.muted, type: [2, 3], width: 1, opacity: 0.7},
    label: {color: palette.muted, fontSize: 11, position: "end", formatter: line => line.name},
    data: [50, 90, 99].map(percent => ({yAxis: percent, name: `p${percent}`})),
  };
}

function valuesOf(curves) {
  return curves.flatMap(one => one.data.map(point => point[0]));
}

function floorOf(curves) {
  return 10 ** Math.floor(Math.log10(Math.min(...valuesOf(curves), 1000)));
}

function ceilingOf(curves) {
  return 10 ** Math.ceil(Math.log10(Math.max(...valuesOf(curves), 1)));
}
