// Studies: rankings, paired differences, and charts that can be asked.

import { get } from "./api";
import { dotChart } from "./charts/dots";
import { chart } from "./charts/lines";
import { rowChart } from "./charts/rows";
import { surface } from "./charts/surface";
import { clear, h, notice, num, table } from "./dom";
import { DASHES, series as colourOf } from "./palette";
import { write, type State } from "./url";

export class StudyView {
  readonly element = h("main", { class: "page" });

  recolour?: () => void;

  constructor(private results: any[]) {}

  async open(state: State): Promise<void> {
    const studies = this.results.filter((r) => r.kind === "study");
    if (!studies.length) {
      clear(this.element, notice("empty", "No studies in this folder", h("p", {}, "A study varies keys of a scenario: ",
        h("code", {}, "opendome study rounds-per-target -o results/rounds"), ", then open this page again.")));
      return;
    }
    const id = studies.some((s) => s.id === state.study) ? state.study : studies[0].id;
    clear(this.element, notice("loading", "Reading the study …"));
    try {
      const told = await get(`/api/studies/${encodeURIComponent(id)}`);
      this.fill(id, studies, told);
      this.recolour = () => this.fill(id, studies, told);
    } catch (error) {
      clear(this.element, chooser(studies, id), notice("error", (error as Error).message));
    }
  }

  private fill(id: string, studies: any[], told: any): void {
    clear(this.element,
      h("header", { class: "head" }, h("div", {}, h("h1", {}, told.title),
        h("p", { class: "quiet" }, `${told.scenario}; ${num(told.points)} design points, ${num(told.rows)} replications, seed ${told.seed}`)),
      h("span", { class: "gap" }), chooser(studies, id)),
      told.sections.map((s: any) => h("section", { class: "card" }, h("h2", {}, s.label), h("p", { class: "quiet" }, `${s.better} is better`),
        table<any>([
          { title: "Design point", text: (r) => r.point, sort: (r) => r.point, words: true },
          { title: "Replications", text: (r) => r.n },
          { title: "Mean", text: (r) => r.mean },
          { title: "Chance to be best", text: (r) => r.best },
          { title: "Difference from the reference", text: (r) => r.difference },
          { title: "p", text: (r) => r.p },
          { title: "Gain by pairing", text: (r) => r.reduction },
        ], s.rows, undefined, s.label),
        s.left_out ? h("p", { class: "quiet" }, `${num(s.left_out)} more points are not shown.`) : null,
        h("div", { class: "charts" }, s.charts.map((c: any) => h("figure", { "aria-label": `${s.label}: ${c.title}` },
          h("figcaption", {}, c.title), drawn(c), h("p", { class: "quiet" }, c.words)))))),
      h("details", { class: "card" }, h("summary", {}, "The study's file"), h("pre", {}, told.text)));
  }
}

/** A chart by its kind (report/study_charts.py). */
function drawn(c: any): HTMLElement {
  switch (c.kind) {
    case "rows": return rowChart(c.rows, c);
    case "scatter": return dotChart(c.points, { x: c.x, y: c.y, xUnit: c.unit, yUnit: c.unit, names: true, noise: c.noise });
    case "map": return surface(c);
    default: return h("div", {}, h("p", { class: "quiet axis-y" }, `↑ ${c.y}${c.unit ? `, ${c.unit}` : ""}`),
      chart({ label: c.x, values: c.xs }, c.series.map((s: any, i: number) => ({
        label: s.name, values: s.values, colour: colourOf(i), dash: DASHES[i % DASHES.length], unit: c.unit,
        bands: s.low ? [{ low: s.low, high: s.high }] : undefined,
      })), { height: 240, steps: c.steps, xText: (v) => v.toLocaleString("en-GB", { maximumSignificantDigits: 3 }), high: c.unit === "%" && c.y.startsWith("probability") ? 100 : undefined }),
      c.at ? h("p", { class: "quiet" }, `At ${c.at}.`) : null);
  }
}

function chooser(studies: any[], id: string): HTMLElement {
  const choice = h("select", { "aria-label": "study", onchange: () => { write({ study: choice.value }, true); dispatchEvent(new PopStateEvent("popstate")); } },
    studies.map((s) => h("option", { value: s.id, title: s.title }, s.id)));
  choice.value = id;
  return choice;
}
