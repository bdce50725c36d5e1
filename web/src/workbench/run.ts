// Running the draft on the server, and holding the result against the run before.

import { get, send, type Failed } from "../api";
import { clear, h, notice, num, table } from "../dom";
import type { Draft } from "./draft";

const STATES: Record<string, string> = {
  waiting: "waiting for another run", starting: "starting", compiling: "compiling the kernels (once per version, about a minute)",
  running: "running", writing: "writing the result", done: "done", failed: "failed", stopped: "stopped",
};

export class RunPanel {
  readonly element = h("section", { class: "card run" });
  private replications = h("input", { type: "number", min: 1, max: 10000, step: 1, "data-key": "replications" });
  private seed = h("input", { type: "number", min: 0, step: 1, "data-key": "seed" });
  private go = h("button", { class: "main", onclick: () => void this.start() }, "Run");
  private stopButton = h("button", { onclick: () => void this.stop(), hidden: true }, "Stop");
  private bar = h("progress", { max: 1, value: 0, hidden: true });
  private says = h("p", { class: "quiet", role: "status" });
  private outcome = h("div");
  private job: string | null = null;
  private events?: EventSource;
  private previous: string | null = null;

  constructor(private draft: Draft, limit: number) {
    clear(this.element, h("h2", {}, "Run"),
      h("div", { class: "runbar" }, h("label", {}, "replications", this.replications), h("label", {}, "seed", this.seed), this.go, this.stopButton),
      this.bar, this.says, h("p", { class: "quiet" }, `A run is stopped after ${num(limit / 60, 0, "min")}. Its result is written under a new name; nothing is replaced.`), this.outcome);
  }

  /** Take the scenario's own numbers, unless the user has set others. */
  update(): void {
    const { ok, replications, seed } = this.draft.said;
    if (!this.replications.value && replications) this.replications.value = String(Math.min(replications, this.draft.said.launches! > 1000 ? 4 : 50));
    if (!this.seed.value && seed !== undefined) this.seed.value = String(seed);
    this.go.disabled = !ok || this.job !== null;
    this.go.title = ok ? "" : "the scenario has errors";
  }

  reset(): void { this.replications.value = ""; this.seed.value = ""; }

  private async start(): Promise<void> {
    clear(this.outcome);
    try {
      const told = await send("POST", "/api/runs", {
        text: this.draft.text, name: this.draft.name.replace(/[^A-Za-z0-9._-]+/g, "-") || "scenario",
        replications: Number(this.replications.value) || 1, seed: Number(this.seed.value) || 0,
      });
      this.job = told.id;
      this.follow(told.id);
    } catch (error) {
      this.fail((error as Failed).lines ?? [(error as Error).message]);
    }
    this.update();
  }

  private follow(id: string): void {
    this.stopButton.hidden = false;
    this.bar.hidden = false;
    this.events = new EventSource(`/api/runs/${id}/events`);
    this.events.onmessage = (e) => this.show(JSON.parse(e.data));
    this.events.onerror = () => { this.says.textContent = "the connection to the server is lost; trying again …"; };
  }

  private show(said: any): void {
    const share = said.total ? said.done / said.total : 0;
    if (said.state === "running") this.bar.value = share; else this.bar.removeAttribute("value");
    const left = said.rate > 0 ? `, ${num((said.total - said.done) / said.rate, 0, "s")} left` : "";
    this.says.textContent = `${STATES[said.state] ?? said.state}${said.state === "running" ? `: ${num(said.done)} of ${num(said.total)} replications${left}` : ""}`;
    if (!["done", "failed", "stopped"].includes(said.state)) return;
    this.finish();
    if (said.state === "done") void this.finished(said);
    else this.fail(said.errors ?? []);
  }

  private finish(): void {
    this.events?.close();
    this.job = null;
    this.bar.hidden = true;
    this.stopButton.hidden = true;
    this.update();
  }

  private fail(lines: string[]): void {
    clear(this.outcome, h("div", { class: "errors", role: "alert" }, lines.map((line) => h("p", {}, line))));
  }

  private async stop(): Promise<void> {
    if (this.job) await send("DELETE", `/api/runs/${this.job}`).catch((error) => this.fail([error.message]));
  }

  private async finished(said: any): Promise<void> {
    const before = this.previous;
    this.previous = said.result;
    const replay = h("a", { href: `?a=${encodeURIComponent(said.result)}` }, "replay");
    const whole = h("a", { href: `?view=campaign&a=${encodeURIComponent(said.result)}` }, "campaign");
    const links = h("p", {}, `Result ${said.result}: `, replay, " · ", whole,
      before ? [" · ", h("a", { href: `?a=${encodeURIComponent(before)}&b=${encodeURIComponent(said.result)}` }, "replay beside the one before")] : null);
    if (!before) { clear(this.outcome, links, h("p", { class: "quiet" }, "Change something and run again: the two are then compared on the same evenings.")); return; }
    clear(this.outcome, links, notice("loading", "Comparing …"));
    try {
      const found = await get(`/api/compare?a=${encodeURIComponent(before)}&b=${encodeURIComponent(said.result)}`);
      clear(this.outcome, links, comparison(found, before, said.result));
    } catch (error) {
      clear(this.outcome, links, h("p", { class: "quiet" }, (error as Error).message));
    }
  }

  close(): void { this.events?.close(); }
}

function comparison(found: any, a: string, b: string): HTMLElement {
  const value = (row: any, v: number | null): string => {
    if (v === null) return "–";
    return row.unit === "%" ? num(100 * v, 1, "%") : num(v, Math.abs(v) < 100 ? 1 : 0, row.unit === "1" ? "" : row.unit);
  };
  const moved = found.figures.filter((r: any) => r.difference.low !== 0 || r.difference.high !== 0);
  return h("div", { class: "comparison" }, h("h3", {}, "Against the run before"), h("p", { class: "quiet" }, `A: ${a}; B: ${b}; ${found.why}. Differences with 95 % intervals.`),
    moved.length ? table<any>([
      { title: "Figure", text: (r) => r.figure.replaceAll("_", " "), sort: (r) => r.figure, words: true },
      { title: "A", text: (r) => value(r, r.a.mean) }, { title: "B", text: (r) => value(r, r.b.mean) },
      { title: "B less A", text: (r) => value(r, r.difference.mean), sort: (r) => r.difference.mean ?? 0 },
      { title: "Interval", text: (r) => `${value(r, r.difference.low)} to ${value(r, r.difference.high)}` },
      { title: "p", text: (r) => (r.difference.p === null ? "–" : r.difference.p < 0.001 ? "< 0.001" : num(r.difference.p, 3)) },
    ], moved, undefined, "comparison") : h("p", {}, "No figure differs."));
}
