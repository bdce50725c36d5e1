// Studies: rankings, paired differences and the pictures of their report.

import { get } from "./api";
import { clear, h, notice, num, table } from "./dom";
import { write, type State } from "./url";

export class StudyView {
  readonly element = h("main", { class: "page" });

  constructor(private results: any[]) {}

  async open(state: State): Promise<void> {
    const studies = this.results.filter((r) => r.kind === "study");
    if (!studies.length) {
      clear(this.element, notice("empty", "No studies in this folder", h("p", {}, "A study varies keys of a scenario: ",
        h("code", {}, "opendome study rounds-per-target -o results/rounds"), ", then open this page again.")));
      return;
    }
    const id = studies.some((s) => s.id === state.study) ? state.study : studies[0].id;
    clear(this.element, notice("loading", "Reading the study; its pictures take a moment …"));
    try {
      this.fill(id, studies, await get(`/api/studies/${encodeURIComponent(id)}`));
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
        h("div", { class: "pictures" }, s.pictures.map(([title, source, words]: string[]) => h("figure", {},
          h("figcaption", {}, title), h("img", { src: source, alt: `${s.label}: ${title}`, loading: "lazy" }), h("p", { class: "quiet" }, words)))))),
      h("details", { class: "card" }, h("summary", {}, "The study's file"), h("pre", {}, told.text)));
  }
}

function chooser(studies: any[], id: string): HTMLElement {
  const choice = h("select", { "aria-label": "study", onchange: () => { write({ study: choice.value }, true); dispatchEvent(new PopStateEvent("popstate")); } },
    studies.map((s) => h("option", { value: s.id, title: s.title }, s.id)));
  choice.value = id;
  return choice;
}
