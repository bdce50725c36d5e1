// Charts by uPlot, in the colours of the theme.

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { h, num } from "./dom";

export interface Series {
  label: string; values: (number | null)[]; colour: string; unit?: string; dash?: boolean;
  bars?: boolean; points?: boolean; width?: number; digits?: number;
}

export interface Options { height?: number; log?: boolean; low?: number; high?: number; xText?: (v: number) => string; legend?: boolean }

const alive = new Set<{ plot: uPlot; host: HTMLElement }>();

/** A chart that takes the width of its place; the legend shows values with their units. */
export function chart(x: { label: string; values: number[] }, series: Series[], o: Options = {}): HTMLElement {
  const host = h("div", { class: "chart", role: "img", "aria-label": `${series.map((s) => s.label).join(", ")} over ${x.label}` });
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--quiet");
  const grid = { stroke: style.getPropertyValue("--line"), width: 1 };
  const axis = { stroke: ink, grid, ticks: grid, font: "11px system-ui, sans-serif" };
  const log = o.log && series.some((s) => s.values.some((v) => v !== null && v > 0));
  const shown = log ? series.map((s) => ({ ...s, values: s.values.map((v) => (v !== null && v > 0 ? v : null)) })) : series;
  const half = x.values.length > 1 ? 0.5 * (x.values[1] - x.values[0]) : 0.5;
  const bars = uPlot.paths.bars!({ size: [0.72, 60] });
  const options: uPlot.Options = {
    width: 300, height: o.height ?? 180, cursor: { y: false },
    legend: { show: o.legend ?? true },
    scales: { x: { time: false, ...(series.some((c) => c.bars) ? { range: (_: uPlot, low: number, high: number): [number, number] => [low - half, high + half] } : {}) }, y: log ? { distr: 3 } : { range: (_, low, high) => [o.low ?? Math.min(low, 0), o.high ?? (high > low ? high * 1.05 : low + 1)] } },
    axes: [
      { ...axis, size: 34, label: x.label, labelSize: 14, labelFont: axis.font, values: o.xText ? (_, v) => v.map(o.xText!) : undefined },
      { ...axis, size: 46, values: (_, v) => v.map((n) => (n === null ? "" : short(n))) },
    ],
    series: [
      { label: x.label, value: (_, v) => (v === null ? "–" : o.xText ? o.xText(v) : num(v, 0)) },
      ...shown.map((s) => ({
        label: s.label, stroke: s.colour, width: s.width ?? (s.bars ? 0 : 1.6), dash: s.dash ? [4, 3] : undefined,
        fill: s.bars ? s.colour : undefined, paths: s.bars ? bars : s.points ? () => null : undefined,
        points: { show: s.points ?? false, size: 5, fill: s.colour }, spanGaps: false,
        value: (_: uPlot, v: number | null) => num(v, s.digits ?? (v !== null && Math.abs(v) < 10 ? 2 : 0), s.unit ?? ""),
      })),
    ],
  };
  const data = [x.values, ...shown.map((s) => s.values)] as uPlot.AlignedData;
  const plot = new uPlot(options, data, host);
  const entry = { plot, host };
  alive.add(entry);
  new ResizeObserver(() => {
    if (!host.isConnected) return;
    const width = host.clientWidth;
    if (width > 0 && Math.abs(width - plot.width) > 1) plot.setSize({ width, height: o.height ?? 180 });
  }).observe(host);
  return host;
}

/** Take charts away whose place is gone. */
export function sweep(): void {
  for (const entry of alive) {
    if (!entry.host.isConnected) { entry.plot.destroy(); alive.delete(entry); }
  }
}

function short(n: number): string {
  if (Math.abs(n) >= 1e6) return `${n / 1e6} M`;
  if (Math.abs(n) >= 1e4) return `${n / 1e3} k`;
  return n.toLocaleString("en-GB", { maximumSignificantDigits: 4 });
}
