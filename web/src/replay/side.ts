// One side of the replay: a map, its counters, what flies now, and the story of a chosen rocket.

import { clear, h, num } from "../dom";
import { GroundMap, type Camera } from "../map";
import type { Tiles } from "../tiles";
import { css, OUTCOME, ROUND, TRACK } from "../palette";
import type { Calendar } from "./clock";
import type { Trace } from "./data";
import { frame, layers, type Frame, type Shown } from "./layers";
import { Story } from "./story";

interface Hooks {
  camera?: Camera; name: string; narrow: boolean;
  choose: (rocket: number | null) => void; jump: (t: number) => void; moved: (c: Camera) => void;
}

const MOST_LISTED = 60;

export class Side {
  readonly element: HTMLElement;
  map!: GroundMap;
  private host = h("div", { class: "map" });
  private counters = h("dl", { class: "counters", "aria-label": "counters" });
  private list = h("ul", { class: "flying", "aria-label": "in the air" });
  private listTitle = h("summary", {}, "In the air");
  private wait = h("div", { class: "wait", hidden: true }, h("span", { class: "spinner" }), "loading this half hour …");
  private story: Story;
  private chosen: number | null = null;
  private last?: Frame;
  private drawn = { t: NaN, first: false };
  private ours = false;

  constructor(readonly trace: Trace, calendar: Calendar, private tiles: Tiles | null, private hooks: Hooks) {
    this.story = new Story(trace, calendar, hooks.jump, () => hooks.choose(null));
    const details = h("details", { class: "panel air", title: "rocket; probability that it falls on a protected place, as believed; seconds flown" }, this.listTitle, this.list);
    details.open = !hooks.narrow && window.innerHeight > 640;
    this.element = h("section", { class: "side", "aria-label": hooks.name || trace.id }, this.host,
      h("div", { class: "left" }, hooks.name ? h("div", { class: "panel name" }, hooks.name) : null,
        h("div", { class: "panel" }, this.counters), details), this.wait, this.story.element, legend());
  }

  start(): void {
    this.map = new GroundMap(this.host, this.trace.scene, this.tiles, this.hooks.camera);
    if (!this.hooks.camera) this.map.fit(this.trace.scene);
    this.map.map.on("movestart", (e: any) => { this.ours = !!e.originalEvent; });
    this.map.map.on("move", (e: any) => { if (e.originalEvent || this.ours) this.hooks.moved(this.map.camera()); });
    this.map.overlay.setProps({
      onClick: (info: any) => { if (info.object && info.object.rocket >= 0) this.hooks.choose(info.object.rocket); },
      getTooltip: (info: any) => (info.object ? tooltip(info.layer.id, info.object, this.trace) : null),
      onAfterRender: () => this.painted(),
      getCursor: (state: any) => (state.isHovering ? "pointer" : "grab"),
    });
    void this.map.ready.then(() => { this.drawn.t = NaN; this.redraw(); });
  }

  /** The first picture that holds what flies: how long opening takes, for `opendome bench page`. */
  private painted(): void {
    if (this.drawn.first || !this.last || !this.trace.ready(this.last.t)) return;
    this.drawn.first = true;
    performance.mark("opendome:drawn");
  }

  private shownNow: Shown | undefined;
  private redraw(): void { if (this.last && this.shownNow) this.draw(this.last.t, this.shownNow, false, false); }

  draw(t: number, shown: Shown, follow: boolean, playing: boolean): void {
    this.shownNow = shown;
    if (!this.trace.ready(t)) {
      this.wait.hidden = false;
      void this.trace.load(t).then(() => { if (this.last?.t === t || !playing) this.draw(t, shown, follow, playing); })
        .catch((error) => { clear(this.wait, String(error.message)); });
    } else {
      this.wait.hidden = true;
      void this.trace.load(t).catch(() => undefined); // what comes next
    }
    const f = frame(this.trace, t);
    this.last = f;
    this.map.overlay.setProps({ layers: layers(this.trace, f, shown, this.chosen, this.map.map.getZoom()) });
    this.count(f);
    if (!playing || Math.floor(t) !== Math.floor(this.drawn.t)) this.fly(f);
    this.drawn.t = t;
    const body = follow && this.chosen !== null ? f.bodies.find((b) => b.rocket === this.chosen) : undefined;
    if (body) this.map.map.jumpTo({ center: [body.at[0], body.at[1]] });
  }

  choose(rocket: number | null): void {
    this.chosen = rocket !== null && rocket >= 0 && rocket < this.trace.rockets.rows ? rocket : null;
    void this.story.show(this.chosen);
    this.element.classList.toggle("chosen", this.chosen !== null);
  }

  private count(f: Frame): void {
    const c = this.trace.counts(f.t);
    const stock = this.trace.stockAt(f.t);
    const rows: [string, string, string, string?][] = [
      ["launched", num(c.launched), "launched"], ["flying", num(c.flying), "in the air"],
      ["tracks", num(f.tracks.length), "tracks", css(TRACK)],
      ["rounds", num(f.rounds.length), "interceptors", css(ROUND)],
      ...Object.entries(OUTCOME).map(([key, { colour, label }]) =>
        [key, num(c[key] ?? 0), label, css(colour)] as [string, string, string, string]),
      ["used", num(c.rounds), "rounds fired"], ["stock", num(stock), "rounds left"],
      ["warned", num(f.warned.filter((w) => w.left > 0).length), "places warned", "rgb(200,150,0)"],
    ];
    clear(this.counters, rows.map(([key, value, label, colour]) => h("div", { "data-count": key },
      h("dt", {}, colour ? h("span", { class: "dot", style: `background:${colour}` }) : null, label), h("dd", {}, value))));
  }

  private fly(f: Frame): void {
    this.listTitle.textContent = `In the air: ${num(f.bodies.length)}`;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.rocket : undefined;
    const bodies = [...f.bodies].sort((p, q) => (q.threat || 0) - (p.threat || 0)).slice(0, MOST_LISTED);
    const { end, launch } = this.trace.rockets;
    clear(this.list, bodies.map((b) => h("li", {}, h("button", {
      class: b.rocket === this.chosen ? "row on" : "row", "data-rocket": b.rocket, onclick: () => this.hooks.choose(b.rocket),
    }, h("span", { class: "dot", style: `background:${css(OUTCOME[b.outcome].colour)}` }), `${b.rocket}`,
    h("span", { class: "quiet" }, b.track === undefined ? "no track" : num(100 * (b.threat || 0), 0, "%"),
      ` · ${num(f.t - launch[b.row], 0)}/${num(end[b.row] - launch[b.row], 0, "s")}`)))),
    f.bodies.length === 0 ? h("li", { class: "quiet pad" }, "Nothing flies now. N goes to the next barrage.") : null);
    if (focused) this.list.querySelector<HTMLElement>(`[data-rocket="${focused}"]`)?.focus();
  }

  /** What is shown, as numbers: the browser tests hold it against the result. */
  state(): unknown {
    const f = this.last;
    return f && {
      t: f.t, ready: this.trace.ready(f.t), drawn: this.drawn.first, counts: this.trace.counts(f.t), stock: this.trace.stockAt(f.t),
      bodies: f.bodies.map((b) => b.rocket), tracks: f.tracks.map((k) => k.track), rounds: f.rounds.map((r) => r.shot),
      bursts: f.bursts.map((b) => b.rocket), warned: f.warned.map((w) => w.place), chosen: this.chosen,
      batteries: f.batteries.map(({ name, ready, loading, fired }) => ({ name, ready, loading, fired })),
      camera: this.map.camera(), below: this.map.below(),
      screen: Object.fromEntries(f.bodies.map((b) => [b.rocket, this.pixel(b.at)])),
    };
  }

  /** Where a point in the air is on the screen. */
  private pixel(at: [number, number, number]): [number, number] | null {
    const viewport = this.map.overlay._deck?.getViewports?.()[0];
    if (!viewport) return null;
    const [x, y] = viewport.project(at);
    const box = this.host.getBoundingClientRect();
    return [box.left + x, box.top + y];
  }

  close(): void { this.map.remove(); }
}

function tooltip(layer: string, object: any, trace: Trace): any {
  const style = { background: "var(--panel)", color: "var(--ink)", font: "12px system-ui, sans-serif", padding: "4px 8px", borderRadius: "4px" };
  const text: Record<string, () => string> = {
    bodies: () => `rocket ${object.rocket}: ${trace.rockets.class_words[trace.rockets.class[object.row]]}, ${num(object.at[2] / 1000, 1, "km")} high`,
    tracks: () => `track ${object.track}: threat ${num(100 * (object.threat || 0), 0, "%")}`,
    ellipses: () => `predicted impact of track ${object.track} (2 σ)`,
    rounds: () => `round ${object.shot} of ${object.battery}`,
    bursts: () => `rocket ${object.rocket} intercepted`,
    marks: () => `rocket ${object.rocket}: ${OUTCOME[object.outcome].label}`,
    batteries: () => (object.known
      ? `battery ${object.name}: ${object.ready} rounds ready, ${object.loading} being loaded, ${object.fired} fired (notional site)`
      : `battery ${object.name}: ${object.fired} rounds fired (notional site)`),
  };
  return text[layer] ? { text: text[layer](), style } : null;
}

function legend(): HTMLElement {
  const dot = (colour: string, label: string, kind = "dot"): HTMLElement =>
    h("li", {}, h("span", { class: kind, style: kind === "dot" ? `background:${colour}` : `border-color:${colour}` }), label);
  return h("details", { class: "panel legend" }, h("summary", {}, "Legend"), h("ul", {},
    Object.values(OUTCOME).map(({ colour, label }) => dot(css(colour), label)),
    dot(css(TRACK), "track (what is believed)", "ring"), dot(css(ROUND), "interceptor"),
    dot(css(OUTCOME.leaked.colour), "predicted impact, 2 σ: orange threatens a place", "ring"),
    dot("rgb(200,150,0)", "place under warning, seconds to impact", "ring"),
    h("li", {}, h("b", {}, "■"), "battery, rounds ready; sites are notional")));
}
