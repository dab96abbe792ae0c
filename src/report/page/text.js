// Numbers, times and elements. Texts from results are only ever set as text, never as markup.
"use strict";

const numbers = new Intl.NumberFormat("en");

function formatCount(number) {
  return numbers.format(number);
}

/** One of something, or many: "1 guest", "3,000 guests". */
function formatMany(number, one, many = `${one}s`) {
  return `${formatCount(number)} ${number === 1 ? one : many}`;
}

function formatFixed(number, decimals) {
  return number.toLocaleString("en", {minimumFractionDigits: decimals, maximumFractionDigits: decimals});
}

/** Three digits and a unit: "0.52 ms", "318 ms", "12.4 s", "2 min 05 s". */
function formatTime(ms) {
  const digits = value => formatFixed(value, value >= 100 || value === 0 ? 0 : value >= 10 ? 1 : 2);
  if (ms < 999.5) return `${digits(ms)} ms`;
  if (ms < 59_950) return `${digits(ms / 1000)} s`;
  const whole = Math.round(ms / 1000);
  const two = value => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(whole / 60);
  return `${formatCount(Math.floor(minutes / 60))} h ${two(minutes % 60)} min`;
}

/** A mark on a time axis, short: "0", "50 ms", "2.5 s", "1:30", "1:02:00". */
function formatTick(ms) {
  const plain = value => String(Number(value.toFixed(3)));
  if (ms === 0) return "0";
  if (Math.abs(ms) < 1000) return `${plain(ms)} ms`;
  if (Math.abs(ms) < 60_000) return `${plain(ms / 1000)} s`;
  const seconds = ms / 1000;
  const two = value => String(Math.floor(value)).padStart(2, "0");
  const rest = seconds % 1 ? (seconds % 1).toFixed(2).slice(1) : "";
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)}${rest}`;
  return `${Math.floor(seconds / 3600)}:${two(seconds / 60 % 60)}:${two(seconds % 60)}${rest}`;
}

/** "2026-11-23 10:00:00 UTC" */
function formatMoment(ms) {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function formatShare(part, whole) {
  const percent = 100 * part / whole;
  if (percent > 0 && percent < 0.1) return "<0.1 %";
  return `${formatFixed(percent, percent < 10 ? 1 : 0)} %`;
}

/** An element with attributes and children; a child that is a string becomes text. */
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === "colour") made.style.background = value;
    else if (key === "width") made.style.width = value;
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null) made.setAttribute(key, value);
  }
  made.append(...children.filter(child => child !== null));
  return made;
}

function byId(id) {
  return document.getElementById(id);
}
