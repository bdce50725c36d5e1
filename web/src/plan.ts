// Plans: answers, charts of the tables that the plan wrote, the tables to sort, and the report.

import { get } from "./api";
import { dotChart } from "./charts/dots";
import { chart } from "./charts/lines";
import { rowChart, type Row } from "./charts/rows";
import { clear, h, notice, num, table } from "./dom";
import { series as colourOf } from "./palette";
import { write, type State } from "./url";

type Records = Record<string, any>[];
const MOST_BARS = 12;

export class PlanView {
  readonly element = h("main", { class: "page" });
  recolour?: () => void;

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
      this.recolour = () => this.fill(id, plans, told);
      this.fill(id, plans, told);
    } catch (error) {
      clear(this.element, notice("error", (error as Error).message));
    }
  }

  private fill(id: string, plans: any[], told: any): void {
    const choice = h("select", { "aria-label": "plan", onchange: () => { write({ plan: choice.value, figure: null }, true); dispatchEvent(new PopStateEvent("popstate")); } },
      plans.map((p) => h("option", { value: p.id }, p.id)));
    choice.value = id;
    const of = (name: string): Records => records(told.tables.find((t: any) => t.name === name));
    clear(this.element,
      h("header", { class: "head" }, h("h1", {}, told.title), h("span", { class: "gap" }), choice),
      answers(of("answers")),
      h("div", { class: "charts" }, fan(of("stock")), schedule(of("schedule")), frontier(of("frontier")), tornado(of("tornado"), of("answers")),
        worth(of("information")), coverage(of("siting")), repeat(of("stock"))),
      h("h2", {}, "Tables"), told.tables.map(shownTable),
      // The report is a page of its own; in a frame without rights it can neither run nor load anything.
      told.report ? h("details", { class: "card" }, h("summary", {}, "The written report"), h("iframe", { class: "report", sandbox: "", srcdoc: told.report, title: "report of the plan" })) : null);
  }
}

function answers(rows: Records): HTMLElement | null {
  if (!rows.length) return null;
  return h("section", { class: "card answers" }, h("h2", {}, "Answers"), h("p", { class: "quiet" }, "Intervals are 90 %. The last column names the assumption that the answer hangs on most, with its range and the answer at both ends."),
    table<any>([{ title: "Question", text: (r) => r.question, words: true }, { title: "Answer", text: (r) => h("b", {}, r.text), words: true },
      { title: "Hangs most on", text: (r) => h("span", { class: "quiet source" }, r.hinge), words: true }], rows, undefined, "answers"));
}

function figure(title: string, drawn: Node, words: string): HTMLElement {
  return h("figure", { class: "card", "aria-label": title }, h("figcaption", {}, title), drawn, h("p", { class: "quiet" }, words));
}

function fan(rows: Records): HTMLElement | null {
  if (!rows.length) return null;
  const curve = (key: string, label: string, i: number): any => ({
    label, values: rows.map((r) => r[`${key}_50`]), colour: colourOf(i), dash: i > 0, unit: "rounds", digits: 0,
    bands: [[5, 95], [25, 75]].map(([a, b]) => ({ low: rows.map((r) => r[`${key}_${a}`]), high: rows.map((r) => r[`${key}_${b}`]) })),
  });
  return figure("Rounds in stock", chart({ label: "months from the start", values: rows.map((r) => r.month + 1) },
    [curve("none", "without the money", 1), curve("money", "with the money", 0)], { height: 240 }),
  "Lines: median of the paths; bands: half and 90 % of them. In brackets the 90 %.");
}

function repeat(rows: Records): HTMLElement | null {
  const shown = rows.filter((r) => r.ran_out_in_a_repeat_none > 0);
  if (!shown.length) return null;
  return figure("If it were repeated before the money acts", chart({ label: "month in which it begins", values: shown.map((r) => r.month) },
    [{ label: "runs out", values: shown.map((r) => 100 * r.ran_out_in_a_repeat_none), colour: colourOf(1), bars: true, unit: "%", digits: 1 }], { high: 100 }),
  "Probability that the stock runs out in a repeat of the operation.");
}

function frontier(rows: Records): HTMLElement | null {
  if (!rows.length) return null;
  const names = [...new Set(rows.map((r) => String(r.plan)))];
  const many = names.filter((n) => rows.filter((r) => r.plan === n).length > 1);
  const legend = [...many, "one plan each"];
  return figure("What is spent, and what then leaks", dotChart(rows.map((r) => ({
    name: r.plan, x: r.spent_usd / 1e6, y: r.leakers, series: many.includes(r.plan) ? many.indexOf(r.plan) : many.length, hollow: r.dominated === "True",
    more: `budget ${num(r.budget_usd / 1e6, 0, "million USD")}, runs out in ${num(100 * r.ran_out, 1, "%")} of paths, ${r.package}${r.dominated === "True" ? "; another does better for less" : ""}`,
  })), { x: "spent within the plan", xUnit: "million USD", y: "leakers expected", legend, zero: false }), "Hollow: another plan costs less and lets fewer through.");
}

function tornado(rows: Records, known: Records): HTMLElement | null {
  const about = new Map(known.map((a) => [a.name, a]));
  const figures = [...new Set(rows.map((r) => r.figure))].filter((f) => about.has(f));
  if (!figures.length) return null;
  const choice = h("select", { "aria-label": "answer" }, figures.map((f) => h("option", { value: f }, about.get(f)!.question)));
  const asked = new URLSearchParams(location.search).get("figure");
  choice.value = figures.includes(asked) ? asked! : figures.includes("saved") ? "saved" : figures[0];
  const host = h("div");
  const draw = (): void => {
    const own = rows.filter((r) => r.figure === choice.value && r.swing > 0).slice(0, MOST_BARS);
    const [k, unit] = scaled(String(about.get(choice.value)!.unit ?? ""), own);
    const bars: Row[] = own.map((r) => ({ name: r.assumption, marks: [
      { label: "at its low end", series: 0, value: k * r.at_low, base: k * r.value }, { label: "at its high end", series: 1, value: k * r.at_high, base: k * r.value }] }));
    clear(host, own.length ? rowChart(bars, { legend: ["assumption at its low end", "at its high end"], axis: about.get(choice.value)!.question, unit, bars: true, line: own.length ? k * own[0].value : 0 })
      : notice("empty", "No assumption moves this answer."));
  };
  choice.onchange = () => { write({ figure: choice.value }); draw(); };
  draw();
  return figure("What an answer hangs on", h("div", {}, choice, host), `One assumption at a time from end to end of its range, the plan unchanged; the ${MOST_BARS} that move it most.`);
}

/** Factor and unit in which an answer is shown. */
function scaled(unit: string, rows: Records): [number, string] {
  const most = Math.max(...rows.flatMap((r) => [Math.abs(r.at_low), Math.abs(r.at_high)]), 0);
  if (unit === "USD" && most >= 1e6) return [1e-6, "million USD"];
  return unit === "%" ? [100, "%"] : [1, unit === "1" ? "" : unit];
}

function worth(rows: Records): HTMLElement | null {
  const own = rows.filter((r) => r.usd > 0).slice(0, MOST_BARS);
  if (!own.length) return null;
  return figure("What knowing would be worth", rowChart(own.map((r) => ({ name: r.assumption, marks: [
    { label: "worth", series: 2, value: r.usd / 1e6, low: (r.usd - r.error) / 1e6, high: (r.usd + r.error) / 1e6 }] })),
  { legend: ["worth"], axis: "expected value of perfect information", unit: "million USD", bars: true }), "How much a certain answer on one assumption would lower the mean loss; whiskers: its standard error.");
}

function coverage(rows: Records): HTMLElement | null {
  if (!rows.length) return null;
  const which = [...new Set(rows.map((r) => String(r.which)))];
  const numbers = [...new Set(rows.map((r) => r.batteries as number))].sort((a, b) => a - b);
  return figure("Coverage by the number of batteries", chart({ label: "batteries", values: numbers }, which.map((name, i) => ({
    label: name, colour: colourOf(i), dash: i > 0, unit: "%", digits: 1,
    values: numbers.map((n) => { const row = rows.find((r) => r.which === name && r.batteries === n); return row ? 100 * row.coverage : null; }),
  })), { height: 220, high: 100, xText: (v) => (Number.isInteger(v) ? num(v) : "") }), "Share of the aims that at least one battery covers; sites are notional.");
}

function schedule(rows: Records): HTMLElement | null {
  const own = rows.filter((r) => r.quantity >= 0.5).slice(0, 24);
  if (!own.length) return null;
  return figure("Orders and deliveries", rowChart(own.map((r) => ({ name: `${r.order_date}: ${num(r.quantity)} from ${r.what}`, marks: [
    { label: "delivered up to month", series: 0, value: Math.max(r.last_delivery_month + 1, r.first_delivery_month + 0.5), base: r.first_delivery_month },
    { label: "ordered in month", series: 1, value: r.order_month, kind: "point" as const }] })),
  { legend: ["delivery", "order"], axis: "month of the plan", unit: "", bars: true }), "Means over the paths.");
}

function shownTable(t: any): HTMLElement {
  return h("details", { class: "card" }, h("summary", {}, `${t.name} (${num(t.rows.length)} rows)`), t.rows.length ? table<string[]>(
    t.columns.map((name: string, i: number) => ({
      title: name, words: t.rows.every((r: string[]) => Number.isNaN(Number(r[i]))), text: (r: string[]) => shown(r[i]),
      sort: (r: string[]) => (Number.isNaN(Number(r[i])) ? r[i] : Number(r[i])),
    })), t.rows, undefined, t.name) : null);
}

/** Rows of a table as objects, numbers as numbers. */
function records(t: any): Records {
  return (t?.rows ?? []).map((row: string[]) => Object.fromEntries(row.map((v, i) => [t.columns[i], v === "" ? null : Number.isNaN(Number(v)) ? v : Number(v)])));
}

function shown(text: string): string {
  const value = Number(text);
  if (text === "" || Number.isNaN(value) || Number.isInteger(value)) return text;
  return value.toLocaleString("en-GB", { maximumSignificantDigits: 5 });
}
