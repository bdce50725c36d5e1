// Points in a plane with their names: screening of factors, frontier of plans.

import { h } from "../dom";
import { series as colourOf } from "../palette";
import { below, readout, scale, shown } from "./axis";
import { short } from "./lines";

export interface Dot { name: string; x: number | null; y: number | null; low?: number | null; high?: number | null; series?: number; hollow?: boolean; more?: string }
export interface About { x: string; y: string; xUnit?: string; yUnit?: string; legend?: string[]; joined?: boolean; names?: boolean; noise?: number | null; zero?: boolean }

const SVG = "http://www.w3.org/2000/svg";

export function dotChart(dots: Dot[], about: About): HTMLElement {
  const known = dots.filter((d) => d.x !== null && d.y !== null) as (Dot & { x: number; y: number })[];
  const zero = about.zero ?? true;
  const [sx, sy] = [scale(known.flatMap((d) => [d.x, d.low, d.high]), zero), scale(known.map((d) => d.y), zero)];
  const says = readout("Point at a mark, or reach it with Tab, to read its values.");
  const told = (d: Dot): string => `${d.name}: ${about.x} ${shown(d.x, about.xUnit)}${d.low !== null && d.low !== undefined ? ` (${shown(d.low)} to ${shown(d.high)})` : ""}; ${about.y} ${shown(d.y, about.yUnit)}${d.more ? `; ${d.more}` : ""}`;
  const plane = h("div", { class: "plane" },
    sy.ticks.map((t) => h("span", { class: "tick-y", style: `bottom:${sy.at(t)}%` }, short(t))),
    about.noise ? h("i", { class: "noise", style: `width:${Math.max(sx.at(about.noise), 0)}%`, title: "within Monte Carlo noise" }) : null,
    about.joined ? lines(known, sx.at, sy.at) : null,
    known.map((d) => {
      const colour = colourOf(d.series ?? 0);
      return h("button", {
        class: `dot-mark shape${(d.series ?? 0) % 2}`, "aria-label": told(d), onmouseenter: () => says.tell(told(d)), onfocus: () => says.tell(told(d)),
        onmouseleave: () => says.tell(null), onblur: () => says.tell(null),
        style: `left:${sx.at(d.x)}%;bottom:${sy.at(d.y)}%;border-color:${colour};background:${d.hollow ? "transparent" : colour}`,
      }, about.names ? h("span", {}, d.name) : null);
    }));
  return h("div", { class: "dots-chart" }, about.legend && about.legend.length > 1 ? h("ul", { class: "key" },
    about.legend.map((name, i) => h("li", {}, h("i", { class: `swatch shape${i % 2}`, style: `background-color:${colourOf(i)}` }), name))) : null,
  h("p", { class: "quiet axis-y" }, `↑ ${about.y}${about.yUnit ? `, ${about.yUnit}` : ""}`), plane, below(sx, about.x + (about.xUnit ? `, ${about.xUnit}` : "")), says.element);
}

function lines(dots: (Dot & { x: number; y: number })[], x: (v: number) => number, y: (v: number) => number): Node {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("viewBox", "0 0 100 100");
  made.setAttribute("preserveAspectRatio", "none");
  made.setAttribute("aria-hidden", "true");
  for (const k of new Set(dots.map((d) => d.series ?? 0))) {
    const own = dots.filter((d) => (d.series ?? 0) === k).sort((p, q) => p.x - q.x);
    const line = document.createElementNS(SVG, "polyline");
    line.setAttribute("points", own.map((d) => `${x(d.x)},${100 - y(d.y)}`).join(" "));
    line.setAttribute("style", `fill:none;stroke:${colourOf(k)};stroke-width:1.5;vector-effect:non-scaling-stroke`);
    made.append(line);
  }
  return made;
}
