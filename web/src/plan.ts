// Plans: their report, and their tables to sort.

import { get } from "./api";
import { clear, h, notice, table } from "./dom";
import { write, type State } from "./url";

export class PlanView {
  readonly element = h("main", { class: "page" });

  constructor(private results: any[]) {}

  async open(state: State): Promise<void> {
    const plans = this.results.filter((r) => r.kind === "plan");
    if (!plans.length) {
      clear(this.element, notice("empty", "No plans in this folder", h("p", {}, "A plan says what to buy, when, and what it is worth: ",
        h("code", {}, "opendome plan billion-2021 -o results/billion"), ", then open this page again.")));
      return;
    }
    const id = plans.some((p) => p.id === state.plan) ? state.plan : plans[0].id;
    clear(this.element, notice("loading", "Reading the plan …"));
    try {
      const told = await get(`/api/plans/${encodeURIComponent(id)}`);
      const choice = h("select", { "aria-label": "plan", onchange: () => { write({ plan: choice.value }, true); dispatchEvent(new PopStateEvent("popstate")); } },
        plans.map((p) => h("option", { value: p.id }, p.id)));
      choice.value = id;
      clear(this.element,
        h("header", { class: "head" }, h("h1", {}, told.title), h("span", { class: "gap" }), choice),
        // The report is a page of its own; in a frame without rights it can neither run nor load anything.
        told.report ? h("iframe", { class: "report", sandbox: "", srcdoc: told.report, title: "report of the plan" }) : null,
        told.tables.map((t: any) => h("section", { class: "card" }, h("h2", {}, t.name), table<string[]>(
          t.columns.map((name: string, i: number) => ({
            title: name, words: t.rows.every((r: string[]) => Number.isNaN(Number(r[i]))), text: (r: string[]) => shown(r[i]),
            sort: (r: string[]) => (Number.isNaN(Number(r[i])) ? r[i] : Number(r[i])),
          })), t.rows, undefined, t.name))));
    } catch (error) {
      clear(this.element, notice("error", (error as Error).message));
    }
  }
}

function shown(text: string): string {
  const value = Number(text);
  if (text === "" || Number.isNaN(value) || Number.isInteger(value)) return text;
  return value.toLocaleString("en-GB", { maximumSignificantDigits: 5 });
}
