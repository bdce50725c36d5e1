// The scenario being edited: its text, what the server says of it, and the way back.

import { get, send } from "../api";
import type { Scene } from "../replay/data";
import type { Change } from "./form";

export interface Examined {
  ok: boolean; errors: string[]; raw: any; sha256: string;
  scene?: Scene; launches?: number; replications?: number; seed?: number;
}

export class Draft {
  name = "";
  text = "";
  said: Examined = { ok: false, errors: [], raw: {}, sha256: "" };
  /** The file that was read or written last: only that one may be replaced without asking. */
  saved: { name: string; sha256: string } | null = null;
  scene?: Scene;
  private back: string[] = [];
  private forth: string[] = [];
  private turn = 0;
  private queue: Promise<void> = Promise.resolve();

  constructor(private changed: () => void) {}

  async open(origin: string, name: string): Promise<void> {
    const told = await get(`/api/scenarios/${origin}/${encodeURIComponent(name)}`);
    this.name = name;
    this.back = [];
    this.forth = [];
    this.saved = origin === "file" ? { name, sha256: told.sha256 } : null;
    this.take(told.text, told);
  }

  private take(text: string, said: Examined): void {
    this.text = text;
    this.said = said;
    if (said.scene) this.scene = said.scene;
    this.changed();
  }

  private remember(): void {
    if (this.back.at(-1) !== this.text) this.back.push(this.text);
    if (this.back.length > 200) this.back.shift();
    this.forth = [];
  }

  /** Change some values; one edit after the other, so that none is lost. */
  edit(changes: Change[]): Promise<void> {
    this.queue = this.queue.catch(() => undefined).then(async () => {
      const told = await send("POST", "/api/scenarios/edit", { text: this.text, name: this.label(), changes });
      this.remember();
      this.take(told.text, told);
    });
    return this.queue;
  }

  /** Take a text that was typed. */
  async type(text: string): Promise<void> {
    if (text === this.text) return;
    this.remember();
    await this.check(text);
  }

  private async check(text: string): Promise<void> {
    const turn = ++this.turn;
    this.text = text;
    const said = await send("POST", "/api/scenarios/check", { text, name: this.label() });
    if (turn === this.turn) this.take(text, said);
  }

  private label(): string { return this.name.replace(/[^A-Za-z0-9._-]+/g, "-") || "scenario"; }

  get undos(): number { return this.back.length; }
  get redos(): number { return this.forth.length; }

  async undo(): Promise<void> {
    const text = this.back.pop();
    if (text === undefined) return;
    this.forth.push(this.text);
    await this.check(text);
  }

  async redo(): Promise<void> {
    const text = this.forth.pop();
    if (text === undefined) return;
    this.back.push(this.text);
    await this.check(text);
  }

  async save(name: string, replace?: string): Promise<void> {
    const replaces = replace ?? (this.saved?.name === name ? this.saved.sha256 : null);
    const told = await send("PUT", `/api/scenarios/file/${encodeURIComponent(name)}`, { text: this.text, replaces });
    this.name = name;
    this.saved = { name, sha256: told.sha256 };
    this.changed();
  }
}
