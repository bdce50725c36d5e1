// A run as a whole: figures against what was published, days, distributions, raids.

import { get } from "./api";
import { chart } from "./charts/lines";
import { clear, h, notice, num, table } from "./dom";
import { css, OUTCOME, ROUND } from "./palette";
import { Calendar } from "./replay/clock";
import { write, type State } from "./url";

const DAYS: [string, string, string][] = [
  ["launched", "launched", "#8c8c8c"], ["intercepted", "intercepted", css(OUTCOME.intercepted.colour)],
  ["leaked", "on a protected place", css(OUTCOME.leaked.colour)], ["rounds_used", "rounds used", css(ROUND)],
];

export class CampaignView {
  readonly element = h("main", { class: "page campaign" });
  private told: any;
  private about: any;

  async open(state: State, first: string | null): Promise<void> {
    const id = state.a ?? first;
    if (!id) { clear(this.element, notice("empty", "No results yet", "Run ", h("code", {}, "make demo"), " first.")); return; }
    clear(this.element, notice("loading", "Reading the campaign …"));
    try {
      const path = `/api/results/${encodeURIComponent(id)}`;
      [this.about, this.told] = await Promise.all([get(path), get(`${path}/campaign`)]);
      this.fill(id, state.figure);
    } catch (error) {
      clear(this.element, notice("error", (error as Error).message));
    }
  }

  private fill(id: string, figure?: string): void {
    const { told, about } = this;
    clear(this.element,
      h("header", { class: "head" }, h("div", {}, h("h1", {}, about.scene.title), h("p", { class: "quiet" }, told.headline)),
        h("span", { class: "gap" }), h("a", { class: "button", href: `/api/results/${encodeURIComponent(id)}/report`, download: `${id}.html` }, "static report")),
      h("div", { class: "grid2" }, this.stock(), this.days(), this.cumulative(id), this.distribution(figure)),
      h("section", { class: "card" }, h("h2", {}, "Simulated and published"), this.figures(), told.notes.map((n: string) => h("p", { class: "quiet" }, n))),
      this.raids(id));
  }

  private dates(): { x: { label: string; values: number[] }; xText: (v: number) => string } {
    const days = this.told.days;
    return {
      x: { label: "day of the scenario's clock", values: days.map((_: unknown, i: number) => i) },
      xText: (v) => (Number.isInteger(v) && days[v] ? short(days[v].date) : ""),
    };
  }

  private stock(): HTMLElement {
    const days = this.told.days.map((d: any) => d.stock_end);
    const { x, xText } = this.dates();
    return card("Rounds left at midnight", "Launchers, packs under exchange and depot. Line: mean; band: interval of one operation.",
      chart(x, [{ label: "mean", values: days.map((d: any) => d.mean), colour: css(ROUND), unit: "rounds", digits: 0, bands: [{ low: days.map((d: any) => d.low), high: days.map((d: any) => d.high) }] }], { xText }));
  }

  private days(): HTMLElement {
    const { x, xText } = this.dates();
    const choice = h("select", { "aria-label": "daily figure" }, DAYS.map(([key, label]) => h("option", { value: key }, label)));
    const host = h("div");
    const draw = (): void => {
      const [key, label, colour] = DAYS.find((d) => d[0] === choice.value)!;
      const days = this.told.days.map((d: any) => d[key]);
      clear(host, chart(x, [{ label, values: days.map((d: any) => d.mean), colour, bars: true, unit: "a day" }, ...band(days, colour, "a day")], { xText }));
    };
    choice.onchange = draw;
    draw();
    return card("Day by day", h("span", {}, "Bars: mean over replications; dashed: interval of one operation. ", choice), host);
  }

  /** Launches since the start against the published counts. */
  private cumulative(id: string): HTMLElement {
    const calendar = new Calendar(this.about.scene.start);
    const published = this.told.published_launches;
    if (!published.length) return card("Launches over time", "", notice("empty", "This scenario follows no published timeline."));
    let sum = 0;
    const simulated: [number, number][] = [[0, 0]];
    for (const raid of this.told.raids) { sum += raid.launched; simulated.push([raid.start_s / 3600, sum]); }
    const said = published.map((p: any) => [calendar.seconds(p.until) / 3600, p.launched] as [number, number]);
    const times = [...new Set([...simulated, ...said].map((p) => p[0]))].sort((a, b) => a - b);
    const at = (rows: [number, number][]): Map<number, number> => new Map(rows);
    const [s, p] = [at(simulated), at(said)];
    let last = 0;
    return card("Launches since the start", `Replication ${this.told.rep ?? "–"} of ${id} against the published cumulative counts; the sources are in the scenario.`,
      chart({ label: "hours since the start", values: times }, [
        { label: "simulated", values: times.map((t) => (last = s.get(t) ?? last)), colour: "#8c8c8c", unit: "launches" },
        { label: "published", values: times.map((t) => p.get(t) ?? null), colour: css(OUTCOME.leaked.colour), points: true, unit: "launches" },
      ]));
  }

  private distribution(figure?: string): HTMLElement {
    const figures = this.told.figures.filter((f: any) => f.values.some((v: any) => v !== null));
    const choice = h("select", { "aria-label": "figure" }, figures.map((f: any) => h("option", { value: f.figure }, f.label)));
    const known = figures.some((f: any) => f.figure === figure);
    choice.value = known ? figure! : figures.some((f: any) => f.figure === "leaked") ? "leaked" : figures[0].figure;
    const host = h("div");
    const draw = (): void => {
      const f = figures.find((g: any) => g.figure === choice.value);
      clear(host, histogram(f), h("p", { class: "quiet" }, f.published ? `Published: ${f.published} (${f.source}).` : "Nothing was published."));
    };
    choice.onchange = () => { write({ figure: choice.value }); draw(); };
    draw();
    return card("Over replications", h("span", {}, `One value a replication (${num(this.about.finished)}). `, choice), host);
  }

  private figures(): HTMLElement {
    return table<any>([
      { title: "Figure", text: (f) => f.label, sort: (f) => f.label, words: true },
      { title: "Mean", text: (f) => f.mean },
      { title: "90 % of operations", text: (f) => f.operations },
      { title: "Published", text: (f) => f.published },
      { title: "Verdict", text: (f) => h("span", { class: f.verdict ? `verdict-${f.verdict}` : "" }, f.verdict), sort: (f) => f.verdict, words: true },
      { title: "Source", text: (f) => h("span", { class: "quiet source" }, f.source), words: true },
    ], this.told.figures, undefined, "figures");
  }

  private raids(id: string): HTMLElement {
    const { raids, rep } = this.told;
    if (!raids.length) return h("section", { class: "card" }, h("h2", {}, "Raids"), notice("empty", "No replication was traced", "Run without --no-trace to see raids."));
    const calendar = new Calendar(this.about.scene.start);
    return h("section", { class: "card raids-table" }, h("h2", {}, `Raids of replication ${rep}`), h("p", { class: "quiet" }, "A click opens the replay there."),
      table<any>([
        { title: "Start", text: (r) => `${calendar.day(r.start_s)} ${calendar.time(r.start_s)}`, sort: (r) => r.start_s },
        { title: "Name", text: (r) => r.name || "–", sort: (r) => r.name, words: true },
        { title: "Lasted", unit: "s", text: (r) => num(r.lasted_s), sort: (r) => r.lasted_s },
        ...["launched", "threatened", "engaged", "intercepted", "leaked", "rounds"].map((key) => ({
          title: key[0].toUpperCase() + key.slice(1), text: (r: any) => num(r[key]), sort: (r: any) => r[key] })),
        { title: "Deaths expected", text: (r) => num(r.deaths, 3), sort: (r) => r.deaths },
      ], raids, (r) => {
        write({ view: null, a: id, t: String(Math.floor(r.start_s)), figure: null }, true);
        dispatchEvent(new PopStateEvent("popstate"));
      }, "raids"));
  }

  recolour(): void { if (this.told) this.fill(this.about.id, new URLSearchParams(location.search).get("figure") ?? undefined); }
}

function band(days: any[], colour: string, unit: string): any[] {
  return [
    { label: "one operation, low", values: days.map((d) => d.low), colour, dash: true, width: 1, unit },
    { label: "high", values: days.map((d) => d.high), colour, dash: true, width: 1, unit },
  ];
}

function card(title: string, words: Node | string, content: Node): HTMLElement {
  return h("section", { class: "card" }, h("h2", {}, title), h("p", { class: "quiet" }, words), content);
}

/** Counts of replications in bins; the published range as a bar below. */
function histogram(f: any): HTMLElement {
  const values = f.values.filter((v: any) => v !== null) as number[];
  const scale = f.unit === "%" ? 100 : 1;
  const [low, high] = [Math.min(...values) * scale, Math.max(...values) * scale];
  const bins = Math.min(Math.max(Math.ceil(Math.sqrt(values.length)), 1), 40);
  const width = high > low ? (high - low) / bins : 1;
  const counts = new Array(high > low ? bins : 1).fill(0);
  for (const v of values) counts[Math.min(Math.floor((v * scale - low) / width), counts.length - 1)]++;
  const middle = counts.map((_, k) => low + (k + 0.5) * width);
  const unit = f.unit === "1" ? "" : f.unit;
  const drawn = chart({ label: `${f.label}${unit ? `, ${unit}` : ""}`, values: middle }, [
    { label: "replications", values: counts, colour: css(OUTCOME.intercepted.colour), bars: true },
  ], { xText: (v) => v.toLocaleString("en-GB", { maximumSignificantDigits: 4 }), height: 170 });
  return h("div", {}, drawn);
}

function short(date: string): string {
  return new Date(`${date}T00:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
}
