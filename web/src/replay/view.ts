// The replay: one clock, and one or two sides that follow it.

import type { Failed } from "../api";
import { clear, h, notice, num } from "../dom";
import type { Camera } from "../map";
import { write, type State } from "../url";
import { Calendar, Clock, SPEEDS } from "./clock";
import { Trace } from "./data";
import { Side } from "./side";
import { opening, raids, Timeline, type Raid } from "./timeline";
import type { Shown } from "./layers";

const DEFAULT: Shown = { truth: true, belief: true, ellipses: true, sectors: false, colour: "outcome" };

export class ReplayView {
  readonly element = h("main", { class: "replay" });
  private sides: Side[] = [];
  private clock?: Clock;
  private timeline?: Timeline;
  private raids: Raid[] = [];
  private calendar!: Calendar;
  private shown: Shown = { ...DEFAULT };
  private time = h("output", { class: "time", "aria-live": "off" });
  private date = h("span", { class: "date" });
  private playButton = h("button", { class: "play", onclick: () => this.clock?.toggle() }, "▶");
  private speed = h("select", { "aria-label": "speed", onchange: () => this.clock?.setSpeed(Number(this.speed.value)) },
    SPEEDS.map((s) => h("option", { value: s }, `${s}×`)));
  private follow = h("input", { type: "checkbox", id: "follow" });
  private raidChoice = h("select", { "aria-label": "jump to a barrage", class: "raids" });
  private saved = 0;

  constructor(private session: any, private results: any[]) {}

  async open(state: State, first: string | null): Promise<void> {
    const id = state.a ?? first;
    if (!id) {
      clear(this.element, notice("empty", "No results yet", h("p", {}, "Run "), h("code", {}, "make demo"), " or ", h("code", {}, "opendome run may-2021"),
        ", then open this page again; or run a scenario in the ", h("a", { href: "?view=workbench" }, "workbench"), "."));
      return;
    }
    clear(this.element, notice("loading", "Opening the replay …"));
    try {
      const names = state.b ? [id, state.b] : [id];
      const traces = await Promise.all(names.map((name, i) => new Trace(name, Number(state[i ? "repb" : "rep"] ?? 0)).open()));
      this.calendar = new Calendar(traces[0].scene.start);
      this.raids = raids(traces[0]);
      const end = Math.max(...traces.map((t) => t.scene.duration_s));
      const start = state.t ? Number(state.t) : this.opening(traces[0]);
      this.clock = new Clock(Number.isFinite(start) ? Math.min(Math.max(start, 0), end) : 0, end);
      this.clock.speed = SPEEDS.includes(Number(state.speed)) ? Number(state.speed) : 5;
      this.shown = fromText(state.show);
      for (const trace of traces) void trace.load(this.clock.t).then(() => performance.mark("opendome:data"), () => undefined); // while the map is made
      this.build(traces, state);
    } catch (error) {
      const failed = error as Failed;
      const why = failed.status === 404 && id ? "It may have been moved, or holds no traced replication (run without --no-trace)." : "";
      clear(this.element, notice("error", failed.message, why));
    }
  }

  /** Half a minute into the first barrage of the hours that are shown. */
  private opening(trace: Trace): number {
    const from = opening(trace, this.calendar, this.raids);
    const inside = this.raids.filter((r) => r.start >= from && r.start < from + 3 * 3600);
    const big = inside.filter((r) => r.name).concat(inside.sort((p, q) => q.launches - p.launches));
    return big.length ? big[0].start + 30 : from;
  }

  private build(traces: Trace[], state: State): void {
    const clock = this.clock!;
    this.timeline = new Timeline(traces[0], clock, this.calendar, this.raids);
    const camera = parseCamera(state.cam);
    this.sides = traces.map((trace, i) => new Side(trace, this.calendar, this.session.tiles, {
      camera, name: this.sideName(trace, traces, i), narrow: traces.length > 1,
      choose: (rocket) => this.choose(rocket), jump: (t) => clock.set(t), moved: (c) => this.moved(i, c),
    }));
    clear(this.element, h("div", { class: `stage sides${traces.length}` }, this.sides.map((s) => s.element)),
      h("footer", { class: "controls" }, this.bar(), this.timeline.element));
    for (const s of this.sides) s.start();
    clock.on(() => this.draw());
    this.speed.value = String(clock.speed);
    if (state.sel) this.choose(Number(state.sel));
    this.draw();
    window.__set = (t: number | string) => clock.set(typeof t === "string" ? this.calendar.seconds(t) : t);
    window.__state = () => this.sides.map((s) => s.state());
  }

  private sideName(trace: Trace, all: Trace[], i: number): string {
    if (all.length === 1) return "";
    const same = all[0].id === all[1].id;
    return `${"AB"[i]}: ${trace.id}${same || trace.rep ? `, replication ${trace.rep}` : ""}`;
  }

  private bar(): HTMLElement {
    const clock = this.clock!;
    const scan = this.sides[0].trace.scene.scan_period_s;
    const step = (n: number) => () => { clock.toggle(false); clock.set((Math.floor(clock.t / scan + 1e-6) + n) * scan); };
    const big = [...this.raids].sort((p, q) => q.launches - p.launches).slice(0, 40).sort((p, q) => p.start - q.start);
    clear(this.raidChoice, h("option", { value: "" }, "Jump to a barrage …"), big.map((r) => h("option", { value: r.start },
      `${this.calendar.day(r.start)} ${this.calendar.time(r.start, false)} · ${num(r.launches)}${r.name ? ` · ${r.name}` : ""}`)));
    this.raidChoice.onchange = () => { if (this.raidChoice.value) clock.set(Number(this.raidChoice.value)); };
    const button = (text: string, title: string, act: () => void): HTMLElement =>
      h("button", { title, "aria-label": title, onclick: act }, text);
    const toggle = (key: "truth" | "belief" | "ellipses" | "sectors", label: string): HTMLElement => {
      const box = h("input", { type: "checkbox", onchange: () => { this.shown[key] = box.checked; this.draw(); } });
      box.checked = this.shown[key];
      return h("label", {}, box, label);
    };
    const colour = h("select", { "aria-label": "colour of rockets", onchange: () => { this.shown.colour = colour.value as Shown["colour"]; this.draw(); } },
      h("option", { value: "outcome" }, "colour: what becomes of it"), h("option", { value: "belief" }, "colour: what is believed"));
    colour.value = this.shown.colour;
    return h("div", { class: "bar" },
      button("«", "previous barrage (P)", () => this.raid(-1)), button("‹", "one scan back (←)", step(-1)), this.playButton,
      button("›", "one scan on (→)", step(1)), button("»", "next barrage (N)", () => this.raid(1)), this.speed,
      h("div", { class: "clock" }, this.time, this.date), this.raidChoice,
      h("span", { class: "gap" }),
      toggle("truth", "truth"), toggle("belief", "tracks"), toggle("ellipses", "impact ellipses (2 σ)"), toggle("sectors", "radar sectors"), colour,
      h("label", { title: "keep the chosen rocket in the middle (F)" }, this.follow, "follow"), this.compare());
  }

  /** Another run, or another replication of this one, beside this. */
  private compare(): HTMLElement {
    const a = this.sides[0].trace;
    const options = [
      ...(a.about.traced as number[]).filter((r) => r !== a.rep).map((r) => [`${a.id}|${r}`, `replication ${r} of this run`]),
      ...this.results.filter((r) => r.kind === "run" && r.traced.length && r.id !== a.id).map((r) => [`${r.id}|${r.traced[0]}`, r.id]),
    ];
    if (this.sides.length > 1) {
      return h("button", { onclick: () => { write({ b: null, repb: null }, true); window.dispatchEvent(new PopStateEvent("popstate")); } }, "one side");
    }
    const choice = h("select", { "aria-label": "show another run beside this one", disabled: options.length === 0, onchange: () => {
      const [b, rep] = choice.value.split("|");
      write({ b, repb: rep === "0" ? null : rep }, true);
      window.dispatchEvent(new PopStateEvent("popstate"));
    } }, h("option", { value: "" }, options.length ? "compare with …" : "nothing to compare"), options.map(([value, text]) => h("option", { value }, text)));
    return choice;
  }

  private raid(way: 1 | -1): void {
    const t = this.clock!.t;
    const big = this.raids.filter((r) => r.launches >= 5 || r.name);
    const next = way > 0 ? big.find((r) => r.start > t + 0.5) : big.findLast((r) => r.start < t - 2);
    if (next) this.clock!.set(next.start);
  }

  private choose(rocket: number | null): void {
    for (const side of this.sides) side.choose(rocket);
    write({ sel: rocket });
    this.draw();
  }

  private moved(from: number, camera: Camera): void {
    this.sides.forEach((side, i) => { if (i !== from) side.map.look(camera); });
    clearTimeout(this.saved);
    this.saved = window.setTimeout(() => write({ cam: [camera.lon.toFixed(4), camera.lat.toFixed(4), camera.zoom.toFixed(2),
      camera.pitch.toFixed(0), camera.bearing.toFixed(0)].join(",") }), 300);
  }

  draw(): void {
    const clock = this.clock;
    if (!clock || !this.timeline) return;
    this.time.value = this.calendar.time(clock.t);
    this.date.textContent = `${this.calendar.date(clock.t)} ${this.calendar.zone()}`;
    this.playButton.textContent = clock.playing ? "❚❚" : "▶";
    this.playButton.setAttribute("aria-label", clock.playing ? "pause (space)" : "play (space)");
    for (const side of this.sides) side.draw(clock.t, this.shown, this.follow.checked, clock.playing);
    this.timeline.draw();
    if (!clock.playing) write({ t: clock.t.toFixed(1).replace(/\.0$/, ""), speed: clock.speed === 5 ? null : clock.speed, show: toText(this.shown) });
  }

  key(e: KeyboardEvent): void {
    const clock = this.clock;
    if (!clock || !this.sides.length) return;
    const scan = this.sides[0].trace.scene.scan_period_s;
    const jump = e.shiftKey ? 60 : scan;
    const acts: Record<string, () => void> = {
      " ": () => clock.toggle(), ArrowRight: () => clock.set(clock.t + jump), ArrowLeft: () => clock.set(clock.t - jump),
      n: () => this.raid(1), p: () => this.raid(-1), Escape: () => this.choose(null),
      f: () => { this.follow.checked = !this.follow.checked; this.draw(); },
      "]": () => this.faster(1), "[": () => this.faster(-1),
    };
    const act = acts[e.key];
    if (act) { e.preventDefault(); act(); }
  }

  private faster(way: number): void {
    const clock = this.clock!;
    clock.setSpeed(SPEEDS[Math.min(Math.max(SPEEDS.indexOf(clock.speed) + way, 0), SPEEDS.length - 1)]);
    this.speed.value = String(clock.speed);
  }

  recolour(): void { for (const side of this.sides) side.map.recolour(); this.draw(); }

  close(): void {
    this.clock?.toggle(false);
    for (const side of this.sides) side.close();
    this.sides = [];
    this.clock = undefined;
  }
}

function parseCamera(text: string | undefined): Camera | undefined {
  const parts = (text ?? "").split(",").map(Number);
  if (parts.length !== 5 || !parts.every(Number.isFinite)) return undefined;
  const [lon, lat, zoom, pitch, bearing] = parts;
  return Math.abs(lat) < 85 ? { lon, lat, zoom, pitch, bearing } : undefined;
}

const LETTERS = { truth: "t", belief: "k", ellipses: "e", sectors: "s" } as const;

function toText(shown: Shown): string | null {
  const text = Object.entries(LETTERS).filter(([key]) => shown[key as keyof typeof LETTERS]).map(([, l]) => l).join("") + (shown.colour === "belief" ? "b" : "");
  return text === "tke" ? null : text || "0";
}

function fromText(text: string | undefined): Shown {
  if (!text) return { ...DEFAULT };
  const has = (l: string): boolean => text.includes(l);
  return { truth: has("t"), belief: has("k"), ellipses: has("e"), sectors: has("s"), colour: has("b") ? "belief" : "outcome" };
}

declare global {
  interface Window {
    /** For tests and for links from elsewhere: set the clock, to seconds or to a time with offset. */
    __set?: (t: number | string) => void;
    __state?: () => unknown;
  }
}

