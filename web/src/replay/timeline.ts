// The timeline: launches over the whole time, and below them the hours that are shown.

import { h } from "../dom";
import { css, dark, OUTCOME } from "../palette";
import type { Calendar, Clock } from "./clock";
import { after, type Trace } from "./data";

const DETAIL_S = 3 * 3600;

export interface Raid { raid: number; start: number; end: number; launches: number; name: string }

/** Raids by time of their first launch. */
export function raids(trace: Trace): Raid[] {
  const { raid, launch, rows } = trace.rockets;
  const found = new Map<number, Raid>();
  for (let i = 0; i < rows; i++) {
    const known = found.get(raid[i]);
    if (known) { known.launches++; known.end = launch[i]; } else {
      found.set(raid[i], { raid: raid[i], start: launch[i], end: launch[i], launches: 1, name: trace.scene.barrages[raid[i]] ?? "" });
    }
  }
  return [...found.values()].sort((p, q) => p.start - q.start);
}

/** Three clock hours worth opening at: those that end with a named barrage, else the busiest. */
export function opening(trace: Trace, calendar: Calendar, known: Raid[]): number {
  const named = known.findLast((r) => r.name);
  if (named) return Math.max(calendar.hour(named.start) + 3600 - DETAIL_S, 0);
  const { launch } = trace.rockets;
  let best = [0, -1];
  for (let t = calendar.hour(0); t < trace.scene.duration_s; t += 3600) {
    const n = after(launch, t + DETAIL_S) - after(launch, t);
    if (n > best[1]) best = [t, n];
  }
  return Math.max(best[0], 0);
}

export class Timeline {
  readonly element: HTMLElement;
  private whole = h("canvas", { class: "strip whole", "aria-hidden": "true" });
  private detail = h("canvas", { class: "strip detail", "aria-hidden": "true" });
  private range: HTMLInputElement;
  from: number;

  constructor(private trace: Trace, private clock: Clock, private calendar: Calendar, readonly raids: Raid[]) {
    this.from = opening(trace, calendar, raids);
    this.range = h("input", {
      type: "range", class: "range", min: 0, max: clock.end, step: trace.scene.scan_period_s, "aria-label": "time",
      oninput: () => clock.set(Number(this.range.value)),
    });
    this.element = h("div", { class: "timeline" }, this.whole, this.detail, this.range);
    this.drag(this.whole, (x) => x * clock.end, true);
    this.drag(this.detail, (x) => this.from + x * DETAIL_S, false);
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  private drag(canvas: HTMLCanvasElement, time: (x: number) => number, whole: boolean): void {
    const go = (e: PointerEvent): void => {
      const box = canvas.getBoundingClientRect();
      const t = time(Math.min(Math.max((e.clientX - box.left) / box.width, 0), 1));
      if (whole) this.from = this.calendar.hour(t);
      this.clock.set(t);
    };
    canvas.addEventListener("pointerdown", (e) => { canvas.setPointerCapture(e.pointerId); go(e); });
    canvas.addEventListener("pointermove", (e) => { if (e.buttons) go(e); });
  }

  draw(): void {
    const t = this.clock.t;
    if (t < this.from || t > this.from + DETAIL_S) this.from = Math.max(this.calendar.hour(t), 0);
    this.range.value = String(t);
    this.range.setAttribute("aria-valuetext", `${this.calendar.date(t)} ${this.calendar.time(t)}`);
    this.strip(this.whole, 0, this.clock.end, 0);
    this.strip(this.detail, this.from, this.from + DETAIL_S, 1);
  }

  /** Bars of launches, the part that leaked in its own colour, with times below. */
  private strip(canvas: HTMLCanvasElement, from: number, until: number, kind: 0 | 1): void {
    const scale = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (!width) return;
    if (canvas.width !== width * scale || canvas.height !== height * scale) {
      canvas.width = width * scale;
      canvas.height = height * scale;
    }
    const g = canvas.getContext("2d")!;
    g.setTransform(scale, 0, 0, scale, 0, 0);
    g.clearRect(0, 0, width, height);
    const ink = dark() ? "#b9c6d0" : "#4a5661";
    const x = (t: number): number => ((t - from) / (until - from)) * width;
    const floor = height - 15;
    g.font = "11px system-ui, sans-serif";
    g.fillStyle = ink;
    g.strokeStyle = dark() ? "#33434f" : "#d5dbe0";
    const step = kind ? 1800 : 86_400;
    const first = kind ? this.calendar.hour(from) : this.midnight();
    for (let s = first; s <= until; s += step) {
      if (s < from) continue;
      g.beginPath(); g.moveTo(x(s), 0); g.lineTo(x(s), floor); g.stroke();
      g.fillText(kind ? this.calendar.time(s, false) : this.calendar.day(s), x(s) + 3, height - 3);
    }
    this.bars(g, from, until, width, floor);
    if (!kind) {
      g.strokeStyle = ink; g.lineWidth = 1.5;
      g.strokeRect(x(this.from), 1, Math.max(x(this.from + DETAIL_S) - x(this.from), 3), floor - 1);
    } else this.names(g, x, width, ink);
    g.fillStyle = dark() ? "#ffffff" : "#000000";
    g.fillRect(x(this.clock.t) - 1, 0, 2, floor);
  }

  private midnight(): number {
    const h0 = Number(this.calendar.time(0).slice(0, 2)) * 3600 + Number(this.calendar.time(0).slice(3, 5)) * 60;
    return h0 === 0 ? 0 : 86_400 - h0;
  }

  private bars(g: CanvasRenderingContext2D, from: number, until: number, width: number, floor: number): void {
    const bins = Math.floor(width / 3);
    const all = new Uint16Array(bins);
    const bad = new Uint16Array(bins);
    const { launch, outcome, outcome_words: words } = this.trace.rockets;
    for (let i = after(launch, from); i < launch.length && launch[i] < until; i++) {
      const k = Math.floor(((launch[i] - from) / (until - from)) * bins);
      all[k]++;
      if (words[outcome[i]] === "leaked") bad[k]++;
    }
    const most = Math.max(...all, 1);
    const tall = (n: number): number => Math.sqrt(n / most) * (floor - 12);
    for (let k = 0; k < bins; k++) {
      if (!all[k]) continue;
      g.fillStyle = css(OUTCOME.intercepted.colour, 0.65);
      g.fillRect((k * width) / bins, floor - tall(all[k]), width / bins - 0.5, tall(all[k]));
      g.fillStyle = css(OUTCOME.leaked.colour);
      g.fillRect((k * width) / bins, floor - tall(bad[k]), width / bins - 0.5, tall(bad[k]));
    }
  }

  private names(g: CanvasRenderingContext2D, x: (t: number) => number, width: number, ink: string): void {
    g.fillStyle = ink;
    let free = 0;
    for (const raid of this.raids) {
      if (!raid.name || raid.start < this.from || raid.start > this.from + DETAIL_S) continue;
      const text = `${raid.name} (${raid.launches})`;
      const at = Math.min(x(raid.start), width - g.measureText(text).width - 4);
      if (at < free) continue;
      g.fillText(text, at, 10);
      free = at + g.measureText(text).width + 8;
    }
  }
}
