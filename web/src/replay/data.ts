// A traced replication in the browser: what is small at once, paths by windows of half an hour.

import { columns, get, type Table } from "../api";

const WINDOW_S = 1800;
const MOST_WINDOWS = 16;
/** No flight lasts longer (s); a window holds the rockets that were launched in it. */
const LONGEST_S = 600;

export interface Site { name: string; lon: number; lat: number }
export interface Radar extends Site { boresight_deg: number; sector_deg: number; range_m: number; outline: [number, number][] }
export interface Battery extends Site { radar: string; launchers: number; rounds: number }
export interface Place extends Site { radius_m: number; population: number }
export interface Scene {
  title: string; name: string; start: string; duration_s: number; scan_period_s: number;
  origin: [number, number]; launch_area: [number, number][]; barrages: string[];
  places: Place[]; radars: Radar[]; batteries: Battery[];
}

interface Group { table: Table; first: number; last: number }
interface Window { flights: Map<number, Group>; tracks: Map<number, Group>; flyouts: Map<number, Group> }

export class Trace {
  rockets!: Table;
  shots!: Table;
  warnings!: Table;
  stock!: Table;
  magazines?: Table;
  scene!: Scene;
  about!: any;
  /** Times of the ends of rockets, by outcome, sorted. */
  ends: Record<string, Float64Array> = {};
  private windows = new Map<number, Window>();
  private asked = new Map<number, Promise<void>>();

  constructor(readonly id: string, readonly rep: number) {}

  async open(): Promise<this> {
    const path = `/api/results/${encodeURIComponent(this.id)}`;
    const [about, tables] = await Promise.all([get(path), columns(`${path}/overview?rep=${this.rep}`)]);
    this.about = about;
    this.scene = about.scene;
    ({ rockets: this.rockets, shots: this.shots, warnings: this.warnings, stock: this.stock, magazines: this.magazines } = tables as any);
    const { end, outcome, outcome_words: words } = this.rockets;
    for (const [code, word] of words.entries()) {
      this.ends[word] = (end as Float64Array).filter((_, i) => outcome[i] === code).sort();
    }
    return this;
  }

  outcome(i: number): string { return this.rockets.outcome_words[this.rockets.outcome[i]]; }

  /** Windows that hold what flies at t. */
  private needed(t: number): number[] {
    const k = Math.floor(t / WINDOW_S);
    return t - k * WINDOW_S < LONGEST_S && k > 0 ? [k, k - 1] : [Math.max(k, 0)];
  }

  ready(t: number): boolean { return this.needed(t).every((k) => this.windows.has(k)); }

  /** Load what flies at t, and what comes next. */
  async load(t: number): Promise<void> {
    const now = this.needed(t);
    await Promise.all(now.map((k) => this.fetch(k)));
    if (now[0] < Math.floor(this.scene.duration_s / WINDOW_S)) void this.fetch(now[0] + 1).catch(() => undefined);
  }

  private fetch(k: number): Promise<void> {
    if (this.windows.has(k)) return Promise.resolve();
    const under = this.asked.get(k);
    if (under) return under;
    const span = `since=${k * WINDOW_S}&until=${(k + 1) * WINDOW_S}`;
    const asked = columns(`/api/results/${encodeURIComponent(this.id)}/window?rep=${this.rep}&${span}`)
      .then((tables) => {
        while (this.windows.size >= MOST_WINDOWS) this.windows.delete(this.windows.keys().next().value!);
        this.windows.set(k, {
          flights: groups(tables.flights, "rocket"),
          tracks: groups(tables.tracks, "track"),
          flyouts: tables.flyouts ? groups(tables.flyouts, "shot") : new Map(),
        });
      })
      .finally(() => this.asked.delete(k));
    this.asked.set(k, asked);
    return asked;
  }

  private find(kind: keyof Window, id: number, t: number): Group | undefined {
    for (const k of this.needed(t)) {
      const found = this.windows.get(k)?.[kind].get(id);
      if (found) return found;
    }
    return undefined;
  }

  flight(rocket: number, t: number): Group | undefined { return this.find("flights", rocket, t); }
  flyout(shot: number, t: number): Group | undefined { return this.find("flyouts", shot, t); }

  /** Rows of the rockets that fly at t. */
  flying(t: number): number[] {
    const { launch, end } = this.rockets;
    const found: number[] = [];
    for (let i = after(launch, t) - 1; i >= 0 && launch[i] > t - LONGEST_S; i--) {
      if (end[i] > t) found.push(i);
    }
    return found.reverse();
  }

  /** Rows of the rockets that ended in (t - span, t]. */
  ended(t: number, span: number): number[] {
    const { launch, end } = this.rockets;
    const found: number[] = [];
    for (let i = after(launch, t) - 1; i >= 0 && launch[i] > t - span - LONGEST_S; i--) {
      if (end[i] <= t && end[i] > t - span) found.push(i);
    }
    return found;
  }

  /** Tracks that are kept at t: table and row of their last scan. */
  tracked(t: number): { table: Table; row: number; next: number }[] {
    const found = [];
    const scan = this.scene.scan_period_s;
    for (const k of this.needed(t)) {
      for (const group of this.windows.get(k)?.tracks.values() ?? []) {
        const time = group.table.time;
        if (time[group.first] > t || time[group.last - 1] < t - scan) continue;
        const next = after(time, t, group.first, group.last);
        found.push({ table: group.table, row: next - 1, next: next < group.last ? next : next - 1 });
      }
    }
    return found;
  }

  /** Shots under way at t, or that met their target in the last `span` seconds. */
  shooting(t: number, span: number): number[] {
    const { decision, intercept } = this.shots;
    const found: number[] = [];
    for (let i = after(decision, t) - 1; i >= 0 && decision[i] > t - 180; i--) {
      if (intercept[i] > t - span) found.push(i);
    }
    return found;
  }

  /** Warnings of the last `span` seconds: the latest of each place. */
  warned(t: number, span: number): { place: string; time: number; predicted: number }[] {
    const { time, predicted, place, place_words: words } = this.warnings;
    const found = new Map<number, { place: string; time: number; predicted: number }>();
    for (let i = after(time, t) - 1; i >= 0 && time[i] > t - span; i--) {
      if (!found.has(place[i])) found.set(place[i], { place: words[place[i]], time: time[i], predicted: predicted[i] });
    }
    return [...found.values()];
  }

  stockAt(t: number): number {
    const k = after(this.stock.time, t) - 1;
    return k < 0 ? NaN : this.stock.rounds[k];
  }

  /** Rounds ready, and under exchange, of each battery at t; without a log, all that were fired. */
  magazinesAt(t: number): { ready: number; loading: number; known: boolean }[] {
    return this.scene.batteries.map((b) => {
      const full = b.launchers * b.rounds;
      const log = this.magazines;
      if (!log) return { ready: NaN, loading: 0, known: false };
      const code = log.battery_words.indexOf(b.name);
      for (let i = after(log.time, t) - 1; i >= 0; i--) {
        if (log.battery[i] === code) return { ready: log.ready[i], loading: log.loading[i], known: true };
      }
      return { ready: full, loading: 0, known: true };
    });
  }

  counts(t: number): Record<string, number> {
    const found: Record<string, number> = { launched: after(this.rockets.launch, t), rounds: after(this.shots.launch, t) };
    let ended = 0;
    for (const [word, times] of Object.entries(this.ends)) {
      found[word] = after(times, t);
      ended += found[word];
    }
    found.flying = found.launched - ended;
    return found;
  }
}

function groups(table: Table, key: string): Map<number, Group> {
  const ids = table[key] as Int32Array;
  const found = new Map<number, Group>();
  for (let i = 0; i < table.rows;) {
    let j = i;
    while (j < table.rows && ids[j] === ids[i]) j++;
    found.set(ids[i], { table, first: i, last: j });
    i = j;
  }
  return found;
}

/** Number of entries of a sorted array that are not above t. */
export function after(times: ArrayLike<number>, t: number, low = 0, high = times.length): number {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= t) low = middle + 1; else high = middle;
  }
  return low;
}

export type Point = [number, number, number];

/** Where something on a path of nodes is at t: on a straight line between two nodes. */
export function along(group: Group, t: number): Point {
  const { table, first, last } = group;
  const k = Math.min(Math.max(after(table.time, t, first, last) - 1, first), last - 2);
  if (last - first < 2) return [table.lon[first], table.lat[first], table.h[first]];
  const u = Math.min(Math.max((t - table.time[k]) / (table.time[k + 1] - table.time[k]), 0), 1);
  const mix = (c: Float32Array): number => c[k] + u * (c[k + 1] - c[k]);
  return [mix(table.lon), mix(table.lat), mix(table.h)];
}

/** The path between two times, as pieces. */
export function pieces(group: Group, since: number, until: number): { from: Point; to: Point }[] {
  const { table, first, last } = group;
  const found: { from: Point; to: Point }[] = [];
  let from = along(group, Math.max(since, table.time[first]));
  for (let k = after(table.time, since, first, last); k < last && table.time[k] < until; k++) {
    const to: Point = [table.lon[k], table.lat[k], table.h[k]];
    found.push({ from, to });
    from = to;
  }
  found.push({ from, to: along(group, Math.min(until, table.time[last - 1])) });
  return found;
}
