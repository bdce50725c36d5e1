// The workbench: a scenario on the map, in fields and as text; checked, run, compared, saved.

import * as maplibre from "maplibre-gl";
import { PolygonLayer } from "@deck.gl/layers";
import { get, type Failed } from "../api";
import { clear, h, notice, num } from "../dom";
import { GroundMap } from "../map";
import { dark } from "../palette";
import { write, type State } from "../url";
import { Draft } from "./draft";
import { alternative, fields, type Change } from "./form";
import { RunPanel } from "./run";

const NUDGE_DEG = 0.01; // one press of an arrow: about a kilometre
const TYPING_MS = 500;

export class WorkbenchView {
  readonly element = h("main", { class: "workbench" });
  private draft = new Draft(() => this.changed());
  private map?: GroundMap;
  private markers: maplibre.Marker[] = [];
  private schema: any;
  private shelf: any[] = [];
  private host = h("div", { class: "map" });
  private form = h("div", { class: "form" });
  private text = h("textarea", { spellcheck: "false", "aria-label": "scenario as TOML", wrap: "off" });
  private errors = h("div", { class: "errors", role: "alert" });
  private says = h("p", { class: "quiet", role: "status" });
  private undoButton = h("button", { title: "undo (Ctrl+Z)", onclick: () => void this.draft.undo() }, "↶ undo");
  private redoButton = h("button", { title: "redo (Ctrl+Shift+Z)", onclick: () => void this.draft.redo() }, "↷ redo");
  private along = h("input", { type: "checkbox", checked: true });
  private run: RunPanel;
  private timer = 0;
  private openSections = new Set<string>(["Batteries"]);

  constructor(private session: any) {
    this.run = new RunPanel(this.draft, session.run_limit_s);
    this.text.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.attempt(this.draft.type(this.text.value)), TYPING_MS);
    });
  }

  async open(state: State): Promise<void> {
    clear(this.element, notice("loading", "Opening the workbench …"));
    try {
      [this.schema, this.shelf] = await Promise.all([get("/api/schema"), get("/api/scenarios")]);
      const [origin, name] = this.known(state.scenario) ?? ["shipped", "two-towns"];
      this.build();
      await this.draft.open(origin, name);
      this.map = new GroundMap(this.host, this.draft.scene!, this.session.tiles);
      this.map.map.setPitch(0);
      this.map.fit(this.draft.scene!);
      await this.map.ready;
      this.changed();
    } catch (error) {
      clear(this.element, notice("error", (error as Error).message));
    }
  }

  private known(text?: string): [string, string] | undefined {
    const [origin, name] = (text ?? "").split(":");
    return this.shelf.some((s) => s.origin === origin && s.name === name) ? [origin, name] : undefined;
  }

  private build(): void {
    const choice = h("select", { "aria-label": "scenario", onchange: () => {
      write({ scenario: choice.value }, true);
      this.run.reset();
      const [origin, name] = choice.value.split(":");
      void this.attempt(this.draft.open(origin, name).then(() => this.map?.fit(this.draft.scene!)));
    } }, this.shelf.map((s) => h("option", { value: `${s.origin}:${s.name}` }, `${s.name}${s.origin === "file" ? " (file)" : ""}`)));
    const now = new URLSearchParams(location.search).get("scenario");
    choice.value = this.known(now ?? undefined) ? now! : "shipped:two-towns";
    const tabs = h("div", { class: "tabs", role: "tablist" });
    const panes: Record<string, HTMLElement> = { Fields: this.form, TOML: h("div", { class: "toml" }, this.text) };
    const pane = h("div", { class: "pane" });
    const show = (name: string): void => {
      for (const tab of tabs.children) tab.setAttribute("aria-selected", String(tab.textContent === name));
      clear(pane, panes[name]);
      if (name === "TOML") this.text.value = this.draft.text;
    };
    clear(tabs, Object.keys(panes).map((name) => h("button", { role: "tab", onclick: () => show(name) }, name)));
    clear(this.element, h("div", { class: "left-pane" },
      h("div", { class: "runbar" }, choice, this.undoButton, this.redoButton), this.saving(), this.errors, this.says, tabs, pane),
    h("div", { class: "side" }, this.host, h("div", { class: "panel hint" }, h("label", {}, this.along, "radars move with their battery"),
      h("p", { class: "quiet" }, "Drag a battery, or focus it and use the arrow keys (1 km). Sites are notional."))),
    h("div", { class: "right-pane" }, this.run.element));
    show("Fields");
  }

  private saving(): HTMLElement {
    const name = h("input", { type: "text", placeholder: "name of a new file", "aria-label": "name to save under", maxlength: 64 });
    const said = h("span", { class: "quiet", role: "status" });
    const save = async (replace?: string): Promise<void> => {
      try {
        await this.draft.save(name.value.trim(), replace);
        clear(said, `saved as ${name.value.trim()}.toml`);
      } catch (error) {
        const failed = error as Failed;
        if (failed.status !== 409) { clear(said, failed.message); return; }
        clear(said, `${failed.message} `, h("button", { onclick: async () => {
          const there = await get(`/api/scenarios/file/${encodeURIComponent(name.value.trim())}`).catch(() => null);
          if (there) await save(there.sha256); else clear(said, "that file is no scenario; choose another name");
        } }, "replace it"));
      }
    };
    const download = h("a", { class: "button", href: "#", onclick: () => {
      download.href = URL.createObjectURL(new Blob([this.draft.text], { type: "application/toml" }));
      download.download = `${name.value.trim() || this.draft.name || "scenario"}.toml`;
    } }, "download");
    return h("div", { class: "runbar save" }, name, h("button", { onclick: () => void save() }, "save"), download, said);
  }

  private async attempt(work: Promise<unknown>): Promise<void> {
    try { await work; } catch (error) {
      const lines = (error as Failed).lines ?? [(error as Error).message];
      clear(this.errors, lines.map((line) => h("p", {}, line)));
    }
  }

  private put = (changes: Change[]): void => void this.attempt(this.draft.edit(changes));

  private changed(): void {
    const { said } = this.draft;
    clear(this.errors, said.errors.map((line) => h("p", {}, line)));
    this.says.textContent = said.ok ? `${said.scene!.title}: sound; ${num(said.launches)} launches` : `${num(said.errors.length)} to put right; the map shows the last sound state`;
    this.undoButton.disabled = !this.draft.undos;
    this.redoButton.disabled = !this.draft.redos;
    if (document.activeElement !== this.text) this.text.value = this.draft.text;
    this.fill();
    this.run.update();
    if (this.map && this.draft.scene) this.draw();
  }

  private fill(): void {
    const raw = this.draft.said.raw ?? {};
    const at = this.schema.properties;
    const focus = focused(this.form);
    const part = (title: string, ...content: any[]): HTMLElement => {
      const details = h("details", { ontoggle: () => { if (details.open) this.openSections.add(title); else this.openSections.delete(title); } },
        h("summary", {}, title), ...content);
      details.open = this.openSections.has(title);
      return details;
    };
    const list = (key: string, entries: any[], schema: any, base: (string | number)[]): any[] => entries.map((entry, i) =>
      part(`${entry.name ?? `${key} ${i + 1}`}`, fields(alternative(schema.items, entry), entry, [...base, i], this.put),
        key === "battery" ? h("div", { class: "runbar" },
          h("button", { onclick: () => this.copy(entry, entries) }, "add a copy"),
          h("button", { onclick: () => this.put([{ path: [...base, i], value: null }]) }, "remove")) : null));
    clear(this.form,
      part("Batteries", list("battery", raw.battery ?? [], at.battery, ["battery"])),
      part("Radars", list("radar", raw.radar ?? [], at.radar, ["radar"])),
      part("Doctrine", this.models("policy", raw.policy), fields(alternative(at.policy, raw.policy), raw.policy, ["policy"], this.put)),
      part("Stock", fields(at.stock, raw.stock, ["stock"], this.put)),
      part("Raids", fields(alternative(at.threat, raw.threat), raw.threat, ["threat"], this.put),
        list("barrage", raw.threat?.barrage ?? [], alternative(at.threat, raw.threat).properties?.barrage ?? {}, ["threat", "barrage"])),
      part("Warning", this.models("warning", raw.warning), fields(alternative(at.warning, raw.warning), raw.warning, ["warning"], this.put)),
      part("Effects", fields(at.effects, raw.effects, ["effects"], this.put)),
      part("Clock", fields(at.clock, raw.clock, ["clock"], this.put)));
    refocus(this.form, focus);
  }

  /** The model of a section, where there are several: a change takes out the keys of the other. */
  private models(section: string, raw: any): HTMLElement | null {
    const names = (this.schema.properties[section].oneOf ?? []).map((one: any) => one.properties.model.const);
    if (names.length < 2) return null;
    const choice = h("select", { onchange: () => {
      const old = Object.keys(raw ?? {}).filter((key) => key !== "model").map((key) => ({ path: [section, key], value: null }));
      this.put([...old, { path: [section, "model"], value: choice.value }]);
    } }, names.map((n: string) => h("option", { value: n }, n)));
    choice.value = raw?.model ?? names[0];
    return h("div", { class: "fields" }, h("label", {}, h("span", {}, "model"), choice));
  }

  private copy(entry: any, entries: any[]): void {
    const names = new Set(entries.map((e) => e.name));
    let n = entries.length + 1;
    while (names.has(`battery ${n}`)) n++;
    const made = { ...entry, name: `battery ${n}`, lat_deg: entry.lat_deg + 0.02, lon_deg: entry.lon_deg + 0.02 };
    delete made.grade;
    this.put([{ path: ["battery", entries.length], value: made }]);
  }

  private draw(): void {
    const scene = this.draft.scene!;
    this.map!.setScene(scene);
    const ink = dark() ? [235, 240, 244] : [30, 40, 50];
    this.map!.overlay.setProps({ layers: [new PolygonLayer({
      id: "sectors", data: scene.radars, getPolygon: (r: any) => r.outline, getFillColor: [...ink, 4] as any,
      getLineColor: [...ink, 70] as any, lineWidthMinPixels: 1, stroked: true, filled: true,
    })] });
    const active = (document.activeElement as HTMLElement | null)?.dataset?.battery;
    for (const marker of this.markers) marker.remove();
    this.markers = scene.batteries.map((b, i) => this.marker(i, b));
    if (active !== undefined) this.markers[Number(active)]?.getElement().focus();
  }

  private marker(i: number, b: any): maplibre.Marker {
    const element = h("button", { class: "battery", "data-battery": i, "aria-label": `battery ${b.name}; arrow keys move it` },
      h("span", { class: "square" }), b.name);
    element.addEventListener("keydown", (e) => {
      const step = ({ ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] } as Record<string, [number, number]>)[e.key];
      if (!step) return;
      e.preventDefault();
      e.stopPropagation();
      this.move(i, b.lon + step[0] * NUDGE_DEG, b.lat + step[1] * NUDGE_DEG);
    });
    const marker = new maplibre.Marker({ element, draggable: true, anchor: "left", offset: [-7, 0] }).setLngLat([b.lon, b.lat]).addTo(this.map!.map);
    marker.on("dragend", () => { const { lng, lat } = marker.getLngLat(); this.move(i, lng, lat); });
    return marker;
  }

  /** Move a battery; its radar by the same way, if no other battery uses it. */
  private move(i: number, lon: number, lat: number): void {
    const raw = this.draft.said.raw;
    const b = raw.battery[i];
    const round = (v: number): number => Math.round(v * 1e4) / 1e4;
    const changes: Change[] = [{ path: ["battery", i, "lat_deg"], value: round(lat) }, { path: ["battery", i, "lon_deg"], value: round(lon) }];
    const r = (raw.radar ?? []).findIndex((radar: any) => radar.name === b.radar);
    const alone = raw.battery.filter((other: any) => other.radar === b.radar).length === 1;
    if (this.along.checked && r >= 0 && alone) {
      const radar = raw.radar[r];
      changes.push({ path: ["radar", r, "lat_deg"], value: round(radar.lat_deg + lat - b.lat_deg) }, { path: ["radar", r, "lon_deg"], value: round(radar.lon_deg + lon - b.lon_deg) });
    }
    this.put(changes);
  }

  undoKey(e: KeyboardEvent): void { e.preventDefault(); void this.attempt(e.shiftKey ? this.draft.redo() : this.draft.undo()); }

  recolour(): void { this.map?.recolour(); if (this.map) this.draw(); }

  close(): void { this.run.close(); this.map?.remove(); }
}

/** The field that has the focus, by its place: the form is made anew after every edit. */
function focused(form: HTMLElement): number {
  return [...form.querySelectorAll("input, select, summary, button")].indexOf(document.activeElement as Element);
}

function refocus(form: HTMLElement, i: number): void {
  if (i >= 0) (form.querySelectorAll("input, select, summary, button")[i] as HTMLElement | undefined)?.focus();
}
