// Colours of the moment: they stand in the style sheet, for day and night, and on paper.
"use strict";

function readPalette() {
  const style = getComputedStyle(document.documentElement);
  const colour = name => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: colour("ink"), muted: colour("muted"), grid: colour("grid"), paper: colour("paper"), panel: colour("panel"),
    trouble: colour("trouble"), link: colour("link"), kinds: kinds.map(colour),
  };
}

/** What all plots have in common. */
function plotBasics(palette) {
  return {
    animation: false,
    backgroundColor: "transparent",
    textStyle: {fontFamily: getComputedStyle(document.body).fontFamily, color: palette.muted, fontSize: 12},
    tooltip: {
      confine: true, transitionDuration: 0, backgroundColor: palette.panel, borderColor: palette.grid,
      textStyle: {color: palette.ink, fontSize: 13}, extraCssText: "max-width: 26rem; white-space: normal",
    },
  };
}

function axisBasics(palette, name) {
  return {
    name, nameTextStyle: {color: palette.muted, fontSize: 12},
    axisLine: {show: true, lineStyle: {color: palette.grid}}, axisTick: {show: false},
    axisLabel: {color: palette.muted, fontSize: 12, hideOverlap: true},
    splitLine: {lineStyle: {color: palette.grid}},
  };
}
