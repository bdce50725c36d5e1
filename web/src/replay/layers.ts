// What is drawn at one moment: layers of deck.gl made from the trace.

import { LineLayer, PathLayer, PolygonLayer, ScatterplotLayer, TextLayer } from "@deck.gl/layers";
import { ring } from "../map";
import { dark, OUTCOME, ROUND, threatColour, TRACK, type RGB } from "../palette";
import { along, pieces, type Battery, type Point, type Trace } from "./data";

const TAIL_S = 15;
const BURST_S = 8; // a kill is shown this long
const MARK_S = 45; // an impact is shown this long
const FLAT = { depthCompare: "always", depthWriteEnabled: false } as const;
const SIGMAS = 2.0;
const LETTERS = { fontFamily: "system-ui, sans-serif", fontSettings: { sdf: true }, outlineWidth: 3 } as const;
const MOST_COUNTDOWNS = 12; // more than these cover each other

export interface Shown {
  truth: boolean; belief: boolean; ellipses: boolean; sectors: boolean; colour: "outcome" | "belief";
}

/** What is to be seen at t, as plain objects: the layers, the counters and the tests read them. */
export interface Frame {
  t: number;
  bodies: { row: number; rocket: number; at: Point; outcome: string; track?: number; threat: number }[];
  tracks: { track: number; rocket: number; at: Point; threat: number; known: boolean;
    impact: number; ring?: [number, number][] }[];
  rounds: { shot: number; row: number; rocket: number; at: Point; battery: string }[];
  bursts: { at: Point; age: number; rocket: number }[];
  marks: { at: [number, number]; outcome: string; age: number; rocket: number }[];
  warned: { place: string; at: [number, number]; radius: number; people: number; left: number }[];
  batteries: (Battery & { ready: number; loading: number; known: boolean; fired: number })[];
}

export function frame(trace: Trace, t: number): Frame {
  const belief = new Map<number, { track: number; threat: number }>();
  const tracks = trace.tracked(t).map(({ table, row, next }) => {
    const span = table.time[next] - table.time[row];
    const u = span > 0 ? Math.min((t - table.time[row]) / span, 1) : 0;
    const mix = (c: Float32Array): number => c[row] + u * (c[next] - c[row]);
    const known = Number.isFinite(table.major[row]);
    const threat = known ? table.threat[row] : NaN;
    if (table.rocket[row] >= 0) belief.set(table.rocket[row], { track: table.track[row], threat });
    return {
      track: table.track[row], rocket: table.rocket[row], threat, known, impact: table.impact[row],
      at: [mix(table.lon), mix(table.lat), mix(table.h)] as Point,
      ring: known ? ring(table.impact_lon[row], table.impact_lat[row],
        SIGMAS * table.major[row], SIGMAS * table.minor[row], table.bearing[row]) : undefined,
    };
  });
  const { rocket, end_lon, end_lat, end_h, end } = trace.rockets;
  const bodies = trace.flying(t).flatMap((row) => {
    const flight = trace.flight(rocket[row], t);
    if (!flight) return [];
    const seen = belief.get(rocket[row]);
    return [{ row, rocket: rocket[row], at: along(flight, t), outcome: trace.outcome(row),
      track: seen?.track, threat: seen?.threat ?? NaN }];
  });
  const ended = trace.ended(t, MARK_S);
  const place = new Map(trace.scene.places.map((p) => [p.name, p]));
  const fired = firedBy(trace, t);
  const magazines = trace.magazinesAt(t);
  return {
    t, bodies, tracks,
    rounds: rounds(trace, t),
    bursts: ended.filter((i) => trace.outcome(i) === "intercepted" && t - end[i] < BURST_S)
      .map((i) => ({ at: [end_lon[i], end_lat[i], end_h[i]] as Point, age: t - end[i], rocket: rocket[i] })),
    marks: ended.filter((i) => trace.outcome(i) !== "intercepted")
      .map((i) => ({ at: [end_lon[i], end_lat[i]] as [number, number], outcome: trace.outcome(i), age: t - end[i], rocket: rocket[i] })),
    warned: trace.warned(t, 180).filter((w) => w.predicted > t - 5 && place.has(w.place)).map((w) => {
      const p = place.get(w.place)!;
      return { place: w.place, at: [p.lon, p.lat] as [number, number], radius: p.radius_m, people: p.population, left: Math.max(w.predicted - t, 0) };
    }).sort((p, q) => q.people - p.people),
    batteries: trace.scene.batteries.map((b, i) => ({ ...b, ...magazines[i], fired: fired.get(b.name) ?? 0 })),
  };
}

function firedBy(trace: Trace, t: number): Map<string, number> {
  const { launch, battery, battery_words: words, rows } = trace.shots;
  const found = new Map<string, number>();
  for (let i = 0; i < rows && launch[i] <= t + 60; i++) {
    if (launch[i] <= t) found.set(words[battery[i]], (found.get(words[battery[i]]) ?? 0) + 1);
  }
  return found;
}

/** Interceptors in the air.  Without a stored path: a curve that leaves its launcher steeply. */
function rounds(trace: Trace, t: number): Frame["rounds"] {
  const { shot, rocket, battery, battery_words: words, launch, intercept } = trace.shots;
  return trace.shooting(t, 0).filter((i) => launch[i] <= t && intercept[i] > t).map((i) => ({
    shot: shot[i], row: i, rocket: rocket[i], battery: words[battery[i]], at: roundAt(trace, i, t),
  }));
}

export function roundAt(trace: Trace, i: number, t: number): Point {
  const { shot, battery, battery_words: words, launch, intercept, lon, lat, h } = trace.shots;
  const flown = trace.flyout(shot[i], launch[i]);
  if (flown) return along(flown, t);
  const site = trace.scene.batteries.find((b) => b.name === words[battery[i]])!;
  const u = Math.min(Math.max((t - launch[i]) / (intercept[i] - launch[i]), 0), 1);
  return [site.lon + u * u * (lon[i] - site.lon), site.lat + u * u * (lat[i] - site.lat), h[i] * u * (2 - u)];
}

export function layers(trace: Trace, f: Frame, shown: Shown, chosen: number | null): any[] {
  const ink: RGB = dark() ? [235, 240, 244] : [30, 40, 50];
  const line: RGB = dark() ? [20, 30, 40] : [255, 255, 255];
  return [
    ...(shown.sectors ? sectors(trace, ink) : []),
    ...(shown.ellipses ? ellipses(f) : []),
    ...warned(f, ink, line),
    ...marks(f),
    ...(shown.truth ? truth(trace, f, shown, chosen, ink) : []),
    ...(shown.belief ? belief(f, chosen, ink) : []),
    ...interceptors(trace, f),
    ...batteries(f, ink, line),
  ];
}

function sectors(trace: Trace, ink: RGB): any[] {
  return [new PolygonLayer({
    id: "sectors", data: trace.scene.radars, getPolygon: (r: any) => r.outline, stroked: true, filled: true,
    getFillColor: [...ink, 6] as any, getLineColor: [...ink, 40] as any, lineWidthMinPixels: 1, parameters: FLAT,
  })];
}

function ellipses(f: Frame): any[] {
  const known = f.tracks.filter((k) => k.ring);
  return [new PolygonLayer({
    id: "ellipses", data: known, getPolygon: (k: any) => k.ring, stroked: true, filled: true,
    getFillColor: (k: any) => [...threatColour(k.threat), 26 + 60 * (k.threat || 0)] as any,
    getLineColor: (k: any) => [...threatColour(k.threat), 200] as any,
    lineWidthMinPixels: 1.2, parameters: FLAT, pickable: true,
  })];
}

function warned(f: Frame, ink: RGB, halo: RGB): any[] {
  const beat = 0.5 + 0.5 * Math.cos(2 * Math.PI * f.t);
  return [
    new ScatterplotLayer({
      id: "warned", data: f.warned, getPosition: (w: any) => w.at, filled: true, stroked: true,
      getRadius: (w: any) => w.radius * (1.25 + (w.left > 0 ? 0.35 * beat : 0)), radiusMinPixels: 7,
      getFillColor: [240, 228, 66, 70], getLineColor: [200, 150, 0, 230], lineWidthMinPixels: 2,
      parameters: FLAT,
    }),
    new TextLayer({
      id: "countdown", data: f.warned.slice(0, MOST_COUNTDOWNS), ...LETTERS, getPosition: (w: any) => w.at,
      getText: (w: any) => `${Math.ceil(w.left)} s`, getSize: 13, fontWeight: 700,
      getColor: [...ink, 255] as any, outlineColor: [...halo, 255] as any,
      getPixelOffset: [0, -12], parameters: FLAT,
    }),
  ];
}

function marks(f: Frame): any[] {
  return [new TextLayer({
    id: "marks", data: f.marks, getPosition: (m: any) => m.at, getText: () => "×",
    getSize: (m: any) => (m.outcome === "leaked" ? 30 : 16), fontWeight: 700, pickable: true, characterSet: ["×"],
    getColor: (m: any) => [...OUTCOME[m.outcome].colour, 255 - 200 * (m.age / MARK_S)] as any,
    parameters: FLAT,
  })];
}

function bodyColour(b: Frame["bodies"][number], shown: Shown): RGB {
  return shown.colour === "outcome" ? OUTCOME[b.outcome].colour : b.track === undefined ? [140, 140, 140] : threatColour(b.threat);
}

function truth(trace: Trace, f: Frame, shown: Shown, chosen: number | null, ink: RGB): any[] {
  const tails = f.bodies.flatMap((b) => pieces(trace.flight(b.rocket, f.t)!, f.t - TAIL_S, f.t)
    .map((piece) => ({ ...piece, colour: bodyColour(b, shown) })));
  const whole = chosen === null ? undefined : trace.flight(chosen, f.t) ?? trace.flight(chosen, trace.rockets.launch[chosen]);
  const path = whole ? [{ path: points(whole) }] : [];
  return [
    new PathLayer({ id: "path", data: path, getPath: (p: any) => p.path, getColor: [...ink, 150] as any, widthMinPixels: 1.5 }),
    new LineLayer({
      id: "tails", data: tails, getSourcePosition: (p: any) => p.from, getTargetPosition: (p: any) => p.to,
      getColor: (p: any) => [...p.colour, 200] as any, getWidth: 2,
    }),
    new ScatterplotLayer({
      id: "bodies", data: f.bodies, getPosition: (b: any) => b.at, radiusUnits: "pixels", billboard: true,
      getRadius: (b: any) => (b.rocket === chosen ? 6 : 3.6), stroked: true, lineWidthUnits: "pixels", getLineWidth: 1,
      getFillColor: (b: any) => [...bodyColour(b, shown), 255] as any, getLineColor: [...ink, 220] as any,
      pickable: true, updateTriggers: { getRadius: chosen },
    }),
  ];
}

function points(group: { table: any; first: number; last: number }): Point[] {
  const { table, first, last } = group;
  return Array.from({ length: last - first }, (_, k) => [table.lon[first + k], table.lat[first + k], table.h[first + k]] as Point);
}

function belief(f: Frame, chosen: number | null, ink: RGB): any[] {
  return [new ScatterplotLayer({
    id: "tracks", data: f.tracks, getPosition: (k: any) => k.at, radiusUnits: "pixels", billboard: true,
    getRadius: 7, filled: false, stroked: true, lineWidthUnits: "pixels", getLineWidth: 1.6, pickable: true,
    getLineColor: (k: any) => (k.rocket === chosen ? [...ink, 255] : [...TRACK, 230]) as any,
    updateTriggers: { getLineColor: chosen },
  })];
}

function interceptors(trace: Trace, f: Frame): any[] {
  const tails = f.rounds.flatMap((r) => [1, 2, 3, 4].map((k) => ({
    from: roundAt(trace, r.row, Math.max(f.t - k, trace.shots.launch[r.row])),
    to: roundAt(trace, r.row, Math.max(f.t - k + 1, trace.shots.launch[r.row])),
  })));
  return [
    new LineLayer({
      id: "round-tails", data: tails, getSourcePosition: (p: any) => p.from, getTargetPosition: (p: any) => p.to,
      getColor: [...ROUND, 220] as any, getWidth: 2.5,
    }),
    new ScatterplotLayer({
      id: "rounds", data: f.rounds, getPosition: (r: any) => r.at, radiusUnits: "pixels", getRadius: 3,
      getFillColor: [...ROUND, 255] as any, pickable: true, billboard: true,
    }),
    new ScatterplotLayer({
      id: "bursts", data: f.bursts, getPosition: (b: any) => b.at, radiusUnits: "pixels", billboard: true,
      getRadius: (b: any) => 6 + 2.5 * b.age, filled: true, stroked: true, lineWidthUnits: "pixels", getLineWidth: 2,
      getFillColor: (b: any) => [...OUTCOME.intercepted.colour, 90 - 11 * b.age] as any,
      getLineColor: (b: any) => [...OUTCOME.intercepted.colour, 255 - 28 * b.age] as any, pickable: true,
    }),
  ];
}

function batteries(f: Frame, ink: RGB, halo: RGB): any[] {
  return [
    new TextLayer({
      id: "batteries", data: f.batteries, getPosition: (b: any) => [b.lon, b.lat],
      getText: (b: any) => (b.known ? `■ ${b.name}  ${b.ready}` : `■ ${b.name}  −${b.fired}`),
      getSize: 12, fontWeight: 600, getTextAnchor: "start", getPixelOffset: [-6, 0], pickable: true,
      getColor: (b: any) => (b.known && b.ready === 0 ? [213, 94, 0, 255] : [...ink, 255]) as any,
      outlineColor: [...halo, 255] as any, characterSet: "auto", ...LETTERS,
      parameters: FLAT,
    }),
  ];
}
