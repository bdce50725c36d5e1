// One rocket: its plots, track error, predicted impact, decisions with reasons, shots, outcome.

import { get } from "../api";
import { chart } from "../charts/lines";
import { clear, h, metres, notice, num, percent } from "../dom";
import { css, OUTCOME, ROUND, TRACK } from "../palette";
import type { Calendar } from "./clock";
import type { Trace } from "./data";


export class Story {
  readonly element = h("aside", { class: "panel story", "aria-label": "rocket", hidden: true });
  private shown = -1;

  constructor(private trace: Trace, private calendar: Calendar, private jump: (t: number) => void, private close: () => void) {}

  async show(rocket: number | null): Promise<void> {
    this.element.hidden = rocket === null;
    if (rocket === null || rocket === this.shown) { if (rocket === null) this.shown = -1; return; }
    this.shown = rocket;
    const head = this.head(rocket);
    clear(this.element, head, notice("loading", "Reading the story …"));
    try {
      const path = `/api/results/${encodeURIComponent(this.trace.id)}/rockets/${rocket}?rep=${this.trace.rep}`;
      const told = await get(path);
      if (this.shown === rocket) this.fill(head, told);
    } catch (error) {
      clear(this.element, head, notice("error", "No story", String((error as Error).message)));
    }
  }

  private head(rocket: number): HTMLElement {
    return h("header", {}, h("h2", {}, `Rocket ${rocket}`),
      h("button", { class: "icon", title: "close (Esc)", "aria-label": "close", onclick: this.close }, "✕"));
  }

  private fill(head: HTMLElement, told: any): void {
    const { rocket: r, outcome: o, scans, decisions, shots } = told;
    const when = (t: number | null): any => t === null ? "–" : h("button", { class: "link", onclick: () => this.jump(t) }, this.calendar.time(t));
    const flightTime = o.time_s - r.launch_time_s;
    clear(this.element, head,
      h("p", { class: "verdict" }, h("span", { class: "dot", style: `background:${css(OUTCOME[o.outcome].colour)}` }), sentence(r, o, shots.length)),
      facts([
        ["class", r.rocket_class], ["aimed at", r.aim || "–"],
        ["launched", when(r.launch_time_s)], ["ended", h("span", {}, when(o.time_s), ` (${num(flightTime, 0, "s")})`)],
        ["apogee", metres(r.apogee_m)], ["would have fallen", o.would_land === "protected" ? `on ${o.place}` : LANDS[o.would_land] ?? o.would_land],
        ["warned before impact", num(o.warning_s, 0, "s")], ["deaths expected", num(o.deaths, 3)],
      ]),
      this.seen(scans), this.decided(decisions, scans, when), this.fired(shots, when));
  }

  private seen(scans: any): HTMLElement {
    const n = scans.time_s.length;
    if (!n) return section("What the radar saw", h("p", { class: "quiet" }, "It never had a confirmed track."));
    const plots = scans.plot.reduce((sum: number, p: number) => sum + p, 0);
    const t = scans.time_s.map((v: number) => v - scans.time_s[0]);
    const x = { label: "s since confirmed", values: t };
    return section("What the radar saw",
      h("p", {}, `Confirmed track over ${num(n)} scans; a plot in ${num(plots)} of them (${percent(plots / n)}).`),
      h("h4", {}, "Position: track against truth, m"),
      chart(x, [
        { label: "error", values: scans.error_m, colour: css(TRACK), unit: "m" },
        { label: "1 σ believed", values: scans.sigma_m, colour: "#888", dash: true, unit: "m" },
      ], { height: 120, log: true }),
      h("h4", {}, "Predicted impact: error and ellipse, m"),
      chart(x, [
        { label: "error", values: scans.impact_error_m, colour: css(OUTCOME.leaked.colour), unit: "m" },
        { label: "major half axis, 1 σ", values: scans.ellipse_major_m, colour: "#888", dash: true, unit: "m" },
      ], { height: 120, log: true }),
      h("h4", {}, "Believed to fall on a protected place"),
      chart(x, [{ label: "probability", values: scans.threat, colour: css(OUTCOME.intercepted.colour), unit: "" }], { height: 115, low: 0, high: 1 }));
  }

  private decided(decisions: any[], scans: any, when: (t: number) => any): HTMLElement {
    if (!decisions.length) {
      const why = scans.time_s.length ? "Nobody asked the policy: it was not believed to threaten a protected place, or no battery could reach it."
        : "Without a track there was nothing to decide.";
      return section("Decisions", h("p", { class: "quiet" }, why));
    }
    const shown = decisions.filter((d, i) => i === 0 || i === decisions.length - 1 || d.fire > 0 || d.reason !== decisions[i - 1].reason);
    const prices = decisions.some((d) => d.price !== undefined && d.price !== null);
    return section("Decisions",
      h("div", { class: "scroll" }, h("table", {},
        h("thead", {}, h("tr", {}, ["at", "order", "threat", "ellipse", "batteries", prices && "gain / price"].filter(Boolean)
          .map((name) => h("th", { scope: "col" }, name as string)))),
        h("tbody", {}, shown.map((d) => h("tr", {},
          h("td", {}, when(d.time_s)), h("td", { class: d.fire ? "words fire" : "words" }, order(d)), h("td", {}, percent(d.threat)), h("td", {}, metres(d.ellipse_m)), h("td", {}, num(d.batteries)),
          prices && h("td", {}, `${num(d.gain, 2)} / ${num(d.price, 2)}`)))))),
      h("p", { class: "quiet" }, `${num(decisions.length)} times asked; shown where the order or its reason changed.`));
  }

  private fired(shots: any[], when: (t: number) => any): HTMLElement {
    if (!shots.length) return section("Shots", h("p", { class: "quiet" }, "No interceptor was fired at it."));
    return section("Shots", h("div", { class: "scroll" }, h("table", {},
      h("thead", {}, h("tr", {}, ["battery", "result", "lift-off", "meets at", "p kill", "error"].map((n) => h("th", { scope: "col" }, n)))),
      h("tbody", {}, shots.map((s) => h("tr", {},
        h("td", { style: `border-left: 3px solid ${css(ROUND)}` }, s.battery), h("td", { class: "words" }, s.result), h("td", {}, when(s.launch_time_s)),
        h("td", {}, when(s.intercept_time_s), ` at ${metres(s.z_m)}`), h("td", {}, percent(s.p_kill)),
        h("td", {}, metres(s.error_m))))))));
  }
}

const LANDS: Record<string, string> = { short: "inside the launch area", sea: "into the sea", open: "on open ground" };

function sentence(r: any, o: any, shots: number): string {
  const rounds = shots === 0 ? "nobody fired at it" : shots === 1 ? "one round fired" : `${shots} rounds fired`;
  switch (o.outcome) {
    case "intercepted": return `Intercepted after ${num(o.time_s - r.launch_time_s, 0, "s")}; ${rounds}.`;
    case "leaked": return `Fell on ${o.place}; ${rounds}.`;
    case "sea": return `Fell into the sea; ${rounds}.`;
    case "short": return `Fell inside the launch area; ${rounds}.`;
    default: return `Fell on open ground; ${rounds}.`;
  }
}

function order(d: any): string {
  const reason = d.reason ? d.reason : "";
  if (!d.fire) return reason || "hold";
  return `fire ${d.fire} from ${d.battery}`;
}

function facts(rows: [string, any][]): HTMLElement {
  return h("dl", { class: "facts" }, rows.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

function section(title: string, ...content: any[]): HTMLElement {
  return h("section", {}, h("h3", {}, title), ...content);
}
