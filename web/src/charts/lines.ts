// Curves and columns by uPlot, in the colours of the theme, with values by mouse and by keyboard.

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { h, num } from "../dom";

type Values = (number | null)[];

export interface Series {
  label: string; values: Values; colour: string; unit?: string; dash?: boolean | number[];
  bars?: boolean; points?: boolean; width?: number; digits?: number;
  /** Intervals around the values, the widest first: drawn as bands, told in the legend. */
  bands?: { low: Values; high: Values }[];
}

export interface Options {
  height?: number; log?: boolean; low?: number; high?: number; xText?: (v: number) => string; xDigits?: number; legend?: boolean; steps?: boolean;
}

const alive = new Set<{ plot: uPlot; host: HTMLElement; placed: boolean }>();

/** A chart that takes the width of its place; the legend shows values with their units. */
export function chart(x: { label: string; values: number[] }, series: Series[], o: Options = {}): HTMLElement {
  const host = h("div", { class: "chart", role: "group", tabindex: 0, "aria-label": `Chart: ${series.map((s) => s.label).join(", ")} over ${x.label}. Arrow keys read its values.` });
  const log = o.log && series.some((s) => s.values.some((v) => v !== null && v > 0));
  const kept = (v: Values): Values => (log ? v.map((n) => (n !== null && n > 0 ? n : null)) : v);
  const { lines, data, bands } = columns(series, o, kept);
  const told = (v: number | null): string => (v === null ? "–" : o.xText ? o.xText(v) : num(v, o.xDigits ?? 0));
  const plot = new uPlot({
    width: 300, height: o.height ?? 180, cursor: { y: false }, bands,
    legend: { show: o.legend ?? true },
    scales: { x: { time: false, ...xRange(x.values, series) }, y: log ? { distr: 3 } : { range: (_, low, high) => [o.low ?? Math.min(low, 0), o.high ?? (high > low ? high * 1.05 : low + 1)] } },
    axes: axes(x.label, o, !!log),
    series: [{ label: x.label, value: (_, v) => told(v) }, ...lines],
  }, [x.values, ...data] as uPlot.AlignedData, host);
  keyboard(host, plot, x, series, told);
  const entry = { plot, host, placed: false };
  sweep();
  alive.add(entry);
  new ResizeObserver(() => {
    if (!host.isConnected) return;
    entry.placed = true;
    const width = host.clientWidth;
    if (width > 0 && Math.abs(width - plot.width) > 1) plot.setSize({ width, height: o.height ?? 180 });
  }).observe(host);
  return host;
}

/** Take charts away that had a place and lost it. */
function sweep(): void {
  for (const entry of alive) {
    if (entry.placed && !entry.host.isConnected) { entry.plot.destroy(); alive.delete(entry); }
  }
}

/** A series of uPlot for each curve and, unseen in the legend, for both ends of its bands. */
function columns(series: Series[], o: Options, kept: (v: Values) => Values): { lines: uPlot.Series[]; data: Values[]; bands: uPlot.Band[] } {
  const bars = uPlot.paths.bars!({ size: [0.72, 60] });
  const steps = uPlot.paths.stepped!({ align: 1 });
  const lines: uPlot.Series[] = [];
  const data: Values[] = [];
  const bands: uPlot.Band[] = [];
  for (const s of series) {
    for (const { low, high } of s.bands ?? []) {
      for (const end of [high, low]) {
        lines.push({ label: "", class: "u-band", width: 0, points: { show: false }, paths: o.steps ? steps : undefined });
        data.push(kept(end));
      }
      bands.push({ series: [data.length - 1, data.length], fill: alpha(s.colour, 0.16) });
    }
    lines.push({
      label: s.label, stroke: s.colour, width: s.width ?? (s.bars ? 0 : 1.8), dash: Array.isArray(s.dash) ? s.dash : s.dash ? [4, 3] : undefined,
      fill: s.bars ? s.colour : undefined, paths: s.bars ? bars : s.points ? () => null : o.steps ? steps : undefined,
      points: { show: s.points ?? false, size: 6, fill: s.colour }, spanGaps: false, value: (_, v, _s, i) => value(s, v, i),
    });
    data.push(kept(s.values));
  }
  return { lines, data, bands };
}

/** A value with its unit, and its widest interval. */
function value(s: Series, v: number | null | undefined, i: number | null): string {
  if (v === null || v === undefined) return "–";
  const digits = s.digits ?? (Math.abs(v) < 10 ? 2 : Math.abs(v) < 100 ? 1 : 0);
  const band = i === null ? undefined : s.bands?.[0];
  const ends = band && i !== null ? ` (${num(band.low[i], digits)} to ${num(band.high[i], digits)})` : "";
  return `${num(v, digits)}${ends}${s.unit ? `\u00a0${s.unit}` : ""}`;
}

/** Arrow keys move the cursor; what it meets is said. */
function keyboard(host: HTMLElement, plot: uPlot, x: { label: string; values: number[] }, series: Series[], told: (v: number) => string): void {
  const says = h("p", { class: "unseen", role: "status" });
  host.append(says);
  let at = -1;
  host.addEventListener("keydown", (e) => {
    const last = x.values.length - 1;
    const next = { ArrowRight: at + 1, ArrowLeft: at < 0 ? last : at - 1, Home: 0, End: last }[e.key];
    if (next === undefined) return;
    e.preventDefault();
    e.stopPropagation();
    at = Math.min(Math.max(next, 0), last);
    plot.setCursor({ left: plot.valToPos(x.values[at], "x"), top: 10 });
    says.textContent = `${x.label} ${told(x.values[at])}: ${series.map((s) => `${s.label} ${value(s, s.values[at], at)}`).join("; ")}`;
  });
}

function xRange(values: number[], series: Series[]): Partial<uPlot.Scale> {
  if (!series.some((s) => s.bars)) return {};
  const half = values.length > 1 ? 0.5 * (values[1] - values[0]) : 0.5;
  return { range: (_: uPlot, low: number, high: number): [number, number] => [low - half, high + half] };
}

function axes(label: string, o: Options, log: boolean): uPlot.Axis[] {
  const style = getComputedStyle(document.documentElement);
  const grid = { stroke: style.getPropertyValue("--line"), width: 1 };
  const axis = { stroke: style.getPropertyValue("--quiet"), grid, ticks: grid, font: "11px system-ui, sans-serif" };
  // Of a logarithmic scale only whole decades.
  const decades = log ? (_: uPlot, v: number[]) => v.map((n) => (Math.abs(Math.log10(n) % 1) < 1e-9 ? n : null)) : undefined;
  return [
    { ...axis, size: 34, label, labelSize: 14, labelFont: axis.font, values: o.xText ? (_, v) => v.map(o.xText!) : undefined },
    { ...axis, size: 46, values: (_, v) => v.map((n) => (n === null ? "" : short(n))), filter: decades, grid: log ? { ...grid, filter: decades } : grid },
  ];
}

/** A colour of the palette, thinner. */
function alpha(colour: string, a: number): string { return `color-mix(in srgb, ${colour} ${100 * a}%, transparent)`; }

/** A number for an axis. */
export function short(n: number): string {
  if (Math.abs(n) >= 1e6) return `${n / 1e6} M`;
  if (Math.abs(n) >= 1e4) return `${n / 1e3} k`;
  return n.toLocaleString("en-GB", { maximumSignificantDigits: 4 });
}
