// Bars and intervals side by side, a row for each name: tornado, differences, shares, schedules.

import { h } from "../dom";
import { series as colourOf } from "../palette";
import { below, readout, scale, shown } from "./axis";

export interface Mark {
  label: string; series: number; value: number | null;
  low?: number | null; high?: number | null; // interval
  base?: number; // where a bar begins; zero
  kind?: "bar" | "point";
}
export interface Row { name: string; marks: Mark[] }
export interface About { legend: string[]; axis: string; unit: string; bars: boolean; line?: number; text?: (v: number) => string }

export function rowChart(rows: Row[], about: About): HTMLElement {
  const marks = rows.flatMap((r) => r.marks);
  const line = about.line ?? 0;
  const s = scale([line, ...marks.flatMap((m) => [m.value, m.low, m.high, m.base])]);
  const says = readout("Point at a row, or reach it with Tab, to read its values.");
  const value = (v: number | null | undefined): string => (about.text && typeof v === "number" ? about.text(v) : shown(v, about.unit));
  const told = (r: Row): string => `${r.name}: ${r.marks.map((m) => `${m.label} ${value(m.value)}${
    m.low !== null && m.low !== undefined ? ` (${value(m.low)} to ${value(m.high)})` : m.base !== undefined && m.base !== line ? ` from ${value(m.base)}` : ""}`).join("; ")}`;
  const at = (v: number | null | undefined): string => `${s.at(v ?? line)}%`;
  const drawn = rows.map((r) => h("div", {
    class: "rc-row", tabindex: 0, role: "img", "aria-label": told(r), onmouseenter: () => says.tell(told(r)), onmouseleave: () => says.tell(null),
    onfocus: () => says.tell(told(r)), onblur: () => says.tell(null),
  }, h("span", { class: "rc-name" }, r.name.replace(/[._\]]/g, "$&\u200b")), h("span", { class: "rc-plot" }, h("i", { class: "rc-line", style: `left:${at(line)}` }),
    r.marks.map((m, k) => mark(m, k, r.marks.length, about, line, at)))));
  return h("div", { class: "rows-chart" }, legend(about),
    h("div", { class: "rc-all" }, drawn, h("div", { class: "rc-row rc-foot" }, h("span"), below(s, about.axis + (about.unit ? `, ${about.unit}` : "")))), says.element);
}

function mark(m: Mark, k: number, n: number, about: About, line: number, at: (v: number | null | undefined) => string): HTMLElement[] {
  if (m.value === null) return [];
  const share = (k + 0.5) / n;
  const parted = n > 1 && about.bars && m.base === undefined && m.low !== undefined;
  const top = parted ? `top:${12 + 76 * share}%` : "top:50%";
  const height = parted ? `height:${Math.max(64 / n, 18)}%` : "height:62%";
  const made: HTMLElement[] = [];
  if (about.bars && m.kind !== "point") {
    const [a, b] = [m.base ?? line, m.value].sort((p, q) => p - q);
    made.push(h("i", { class: `rc-bar hatch${m.series % 3}`, style: `left:${at(a)};width:calc(${at(b)} - ${at(a)});min-width:1px;${top};${height};background-color:${colourOf(m.series)}` }));
  } else made.push(h("i", { class: `rc-point shape${m.series % 2}`, style: `left:${at(m.value)};${top};background:${colourOf(m.series)}` }));
  if (m.low !== null && m.low !== undefined) made.push(h("i", { class: "rc-whisker", style: `left:${at(m.low)};width:calc(${at(m.high)} - ${at(m.low)});${top}` }));
  return made;
}

function legend(about: About): HTMLElement | null {
  if (about.legend.length < 2) return null;
  return h("ul", { class: "key" }, about.legend.map((name, i) => h("li", {}, h("i", { class: `swatch ${about.bars ? `hatch${i % 3}` : ""}`, style: `background-color:${colourOf(i)}` }), name)));
}
