// The page: header, theme, token, and which view is open.

import "./style.css";
import { get, send } from "./api";
import { clear, h, notice } from "./dom";
import { read, write } from "./url";

interface View {
  element: HTMLElement;
  open(state: Record<string, string>, first: string | null): Promise<void>;
  key?(e: KeyboardEvent): void;
  undoKey?(e: KeyboardEvent): void;
  recolour?(): void;
  close?(): void;
}

const app = document.getElementById("app")!;
const body = h("div", { class: "view" });
let view: View | undefined;
let session: any;
let listed: any;

const VIEWS: Record<string, string> = {
  replay: "Replay", campaign: "Campaign", workbench: "Workbench", study: "Studies", plan: "Plans",
};

/** The code of a view, loaded when it is first opened: maps are large, and studies want none. */
const MAKERS: Record<string, () => Promise<() => View>> = {
  replay: async () => { const { ReplayView } = await import("./replay/view"); return () => new ReplayView(session, listed.results); },
  campaign: async () => { const { CampaignView } = await import("./campaign"); return () => new CampaignView(); },
  workbench: async () => { const { WorkbenchView } = await import("./workbench/view"); return () => new WorkbenchView(session); },
  study: async () => { const { StudyView } = await import("./study"); return () => new StudyView(listed.results); },
  plan: async () => { const { PlanView } = await import("./plan"); return () => new PlanView(listed.results); },
};

function theme(next?: string): void {
  const known = next ?? read().theme ?? localStorage.getItem("opendome-theme") ??
    (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
  document.documentElement.dataset.theme = known;
  if (next) localStorage.setItem("opendome-theme", next);
}

function header(current: string, state: Record<string, string>): HTMLElement {
  const runs = listed.results.filter((r: any) => r.kind === "run");
  const chosen = state.a ?? listed.first;
  const choice = h("select", { "aria-label": "result", onchange: () => {
    write({ a: choice.value, rep: null, b: null, repb: null, t: null, sel: null, cam: null }, true);
    void show();
  } }, runs.map((r: any) => h("option", { value: r.id, title: r.title }, r.id)));
  choice.value = chosen ?? "";
  return h("header", { class: "top" },
    h("a", { class: "brand", href: location.pathname }, h("img", { src: "icon.svg", alt: "", width: 22, height: 22 }), "OpenDome"),
    h("nav", { "aria-label": "views" }, Object.entries(VIEWS).map(([key, label]) => h("a", {
      href: link(key, chosen), class: key === current ? "on" : "", "aria-current": key === current ? "page" : undefined,
      onclick: (e: MouseEvent) => { if (e.ctrlKey || e.metaKey) return; e.preventDefault(); history.pushState(null, "", link(key, chosen)); void show(); },
    }, label))),
    h("span", { class: "gap" }), current === "replay" || current === "campaign" ? choice : null,
    h("button", { class: "icon", title: "dark or light", "aria-label": "dark or light", onclick: () => {
      theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
      view?.recolour ? view.recolour() : void show();
    } }, "◐"));
}

function link(view: string, result: string | null): string {
  const search = new URLSearchParams(view === "replay" ? {} : { view });
  if (result && result !== listed.first) search.set("a", result);
  const text = search.toString();
  return location.pathname + (text ? `?${text}` : "");
}

async function show(): Promise<void> {
  const state = read();
  const name = state.view in VIEWS ? state.view : "replay";
  view?.close?.();
  view = undefined;
  clear(body, notice("loading", "Loading …"));
  const maker = MAKERS[name](); // while the server answers
  maker.catch(() => undefined);
  try {
    session = await get("/api/session");
    if (!session.known) { login(); return; }
    listed = await get("/api/results");
  } catch (error) {
    clear(app, notice("error", (error as Error).message, h("button", { onclick: () => void show() }, "try again")));
    return;
  }
  clear(app, header(name, state), body);
  document.title = `OpenDome · ${VIEWS[name]}`;
  try {
    view = (await maker)();
  } catch {
    clear(body, notice("error", "the server does not answer; is `opendome serve` still running?", h("button", { onclick: () => void show() }, "try again")));
    return;
  }
  clear(body, view.element);
  await view.open(state, listed.first);
}

function login(): void {
  const field = h("input", { type: "password", autocomplete: "current-password", required: true, "aria-label": "token" });
  const said = h("p", { class: "quiet", role: "alert" });
  const form = h("form", { class: "login panel", onsubmit: async (e: Event) => {
    e.preventDefault();
    try { await send("POST", "/api/login", { token: field.value }); void show(); } catch (error) { said.textContent = (error as Error).message; }
  } }, h("h1", {}, "OpenDome"), h("p", {}, "This server wants the token that it was started with."), field, h("button", { class: "main" }, "Open"), said);
  clear(app, form);
  field.focus();
}

addEventListener("popstate", () => void show());
addEventListener("opendome:token", () => login());
addEventListener("keydown", (e) => {
  const target = e.target as HTMLElement;
  const typing = ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName) && (target as HTMLInputElement).type !== "checkbox";
  const mapKey = target.classList.contains("maplibregl-canvas") && e.key.startsWith("Arrow");
  if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "z" && target.tagName !== "TEXTAREA" && view?.undoKey) { view.undoKey(e); return; }
  if (typing || mapKey || e.ctrlKey || e.metaKey || e.altKey || (e.key === " " && target.tagName === "BUTTON")) return;
  view?.key?.(e);
});
theme();
void show();
