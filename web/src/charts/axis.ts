// What charts made of elements share: round numbers along an axis, and the line that tells values.

import { h } from "../dom";
import { short } from "./lines";

export interface Scale { low: number; high: number; at: (v: number) => number; ticks: number[] }

/** A scale in per cent of a width that holds all values, with round ticks. */
export function scale(values: (number | null | undefined)[], zero = false): Scale {
  const known = values.filter((v): v is number => v !== null && v !== undefined && Number.isFinite(v));
  if (zero) known.push(0);
  let [low, high] = known.length ? [Math.min(...known), Math.max(...known)] : [0, 1];
  if (low === high) high = low + (zero ? 1 : Math.abs(low) || 1);
  const pad = 0.04 * (high - low);
  if (!(zero && low === 0)) low -= pad;
  if (!(zero && high === 0)) high += pad;
  const at = (v: number): number => (100 * (v - low)) / (high - low);
  return { low, high, at, ticks: ticks(low, high) };
}

function ticks(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((k) => k * power).find((s) => s >= rough)!;
  const found: number[] = [];
  for (let k = Math.ceil(low / step); k * step <= high; k++) found.push(Number((k * step).toPrecision(12)));
  return found;
}

/** Numbers below a plot. */
export function below(s: Scale, label: string): HTMLElement {
  return h("div", { class: "axis-x" }, s.ticks.map((t) => h("span", { style: `left:${s.at(t)}%` }, short(t))), h("b", {}, label));
}

/** The line below a chart that tells what the mouse or the focus is at. */
export function readout(hint: string): { element: HTMLElement; tell: (text: string | null) => void } {
  const element = h("p", { class: "readout quiet", role: "status" }, hint);
  return { element, tell: (text) => { element.textContent = text ?? hint; element.classList.toggle("quiet", text === null); } };
}

/** A value with digits enough for its size. */
export function shown(v: number | null | undefined, unit = ""): string {
  if (v === null || v === undefined) return "–";
  return `${v.toLocaleString("en-GB", { maximumSignificantDigits: 4 })}${unit ? `\u00a0${unit}` : ""}`;
}
