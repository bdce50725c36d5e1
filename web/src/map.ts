// The map: land and sea that ship with OpenDome under layers of deck.gl.

import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import * as maplibre from "maplibre-gl";
import { MapLibreOverlay } from "@deck.gl/maplibre";
import { get } from "./api";
import { h } from "./dom";
import { mapColours } from "./palette";
import type { Scene } from "./replay/data";
import { addTiles, type Tiles } from "./tiles";

maplibre.setWorkerUrl(workerUrl);

let ground: Promise<any> | undefined;

/** Land and border, asked for once. */
export function shipped(): Promise<any> { return (ground ??= get("/api/ground").catch((error) => { ground = undefined; throw error; })); }

export interface Camera { lon: number; lat: number; zoom: number; pitch: number; bearing: number }

export class GroundMap {
  readonly map: maplibre.Map;
  readonly overlay: any;
  readonly ready: Promise<void>;

  constructor(private host: HTMLElement, scene: Scene, tiles: Tiles | null, camera?: Camera) {
    this.map = new maplibre.Map({
      container: host,
      style: { version: 8, sources: {}, layers: [{ id: "sea", type: "background", paint: { "background-color": mapColours().sea } }] },
      center: camera ? [camera.lon, camera.lat] : [scene.origin[1], scene.origin[0]],
      zoom: camera?.zoom ?? 8.6,
      pitch: camera?.pitch ?? 45,
      bearing: camera?.bearing ?? 0,
      maxPitch: 75, minZoom: 5, maxZoom: 15,
      attributionControl: false, keyboard: true,
    });
    this.map.addControl(new maplibre.NavigationControl({ visualizePitch: true }), "top-right");
    this.map.addControl(new maplibre.ScaleControl({ unit: "metric" }), "bottom-right");
    this.map.addControl(new maplibre.AttributionControl({
      compact: true, customAttribution: "Natural Earth · GeoNames (CC BY 4.0)" }), "bottom-right");
    this.overlay = new MapLibreOverlay({ interleaved: false, layers: [], pickingRadius: 10 } as any);
    this.ready = this.fill(scene, tiles);
  }

  private async fill(scene: Scene, tiles: Tiles | null): Promise<void> {
    const [shapes] = await Promise.all([shipped(), new Promise<void>((done) => this.map.once("load", () => done()))]);
    const map = this.map;
    map.addSource("ground", { type: "geojson", data: shapes });
    map.addSource("scene", { type: "geojson", data: sceneShapes(scene) });
    map.addLayer({ id: "land", type: "fill", source: "ground", filter: ["==", ["get", "kind"], "land"] });
    map.addLayer({ id: "places", type: "fill", source: "scene", filter: ["==", ["get", "kind"], "place"] });
    if (tiles) {
      map.addLayer({ id: "coast", type: "line", source: "ground", filter: ["==", ["get", "kind"], "coast"], paint: { "line-width": 1.2 } });
      addTiles(map, tiles, "places").catch((error) => this.host.append(h("div", { class: "panel below", role: "status" },
        `The map of --tiles cannot be read: ${(error as Error).message}`)));
    }
    map.addLayer({ id: "border", type: "line", source: "ground", filter: ["==", ["get", "kind"], "border"],
      paint: { "line-dasharray": [4, 3], "line-width": 1 } });
    map.addLayer({ id: "area", type: "line", source: "scene", filter: ["==", ["get", "kind"], "area"],
      paint: { "line-width": 1.5 } });
    map.addLayer({ id: "names", type: "symbol", source: "scene", filter: ["==", ["get", "kind"], "name"],
      layout: { "text-field": ["get", "name"], "text-font": ["sans-serif"], "text-size": 12,
        "symbol-sort-key": ["-", 0, ["get", "population"]], "text-padding": 8, "text-offset": [0, 0.9] },
      paint: { "text-halo-width": 1.4 } });
    map.addControl(this.overlay);
    this.recolour();
  }

  /** Take the colours of the theme. */
  recolour(): void {
    const c = mapColours();
    const set = (id: string, key: any, value: string): void => {
      if (this.map.getLayer(id)) this.map.setPaintProperty(id, key, value);
    };
    set("sea", "background-color", c.sea);
    set("land", "fill-color", c.land);
    set("places", "fill-color", c.place);
    set("border", "line-color", c.border);
    set("coast", "line-color", c.border);
    set("area", "line-color", c.area);
    set("names", "text-color", c.text);
    set("names", "text-halo-color", c.land);
  }

  /** Layers of --tiles whose tiles are there. */
  below(): string[] {
    const known = this.map.getSource("tiles") && this.map.isSourceLoaded("tiles");
    return known ? this.map.getLayersOrder().filter((id) => id.startsWith("tiles")) : [];
  }

  setScene(scene: Scene): void {
    (this.map.getSource("scene") as maplibre.GeoJSONSource | undefined)?.setData(sceneShapes(scene) as any);
  }

  camera(): Camera {
    const { lng, lat } = this.map.getCenter();
    return { lon: lng, lat, zoom: this.map.getZoom(), pitch: this.map.getPitch(), bearing: this.map.getBearing() };
  }

  look(c: Camera): void {
    this.map.jumpTo({ center: [c.lon, c.lat], zoom: c.zoom, pitch: c.pitch, bearing: c.bearing });
  }

  /** Show everything that a scenario defends, and where rockets come from. */
  fit(scene: Scene): void {
    const near = scene.batteries.length ? [...scene.batteries.map((b) => [b.lon, b.lat]), ...scene.launch_area] : scene.launch_area;
    const lon = near.map((p) => p[0] as number);
    const lat = near.map((p) => p[1] as number);
    this.map.fitBounds([[Math.min(...lon), Math.min(...lat)], [Math.max(...lon), Math.max(...lat)]],
      { padding: 60, pitch: this.map.getPitch(), duration: 0, maxZoom: 11 });
  }

  remove(): void { this.map.remove(); }
}

function sceneShapes(scene: Scene): any {
  const places = scene.places.map((p) => ({
    type: "Feature", properties: { kind: "place", name: p.name },
    geometry: { type: "Polygon", coordinates: [ring(p.lon, p.lat, p.radius_m, p.radius_m, 0)] },
  }));
  const area = {
    type: "Feature", properties: { kind: "area" },
    geometry: { type: "LineString", coordinates: [...scene.launch_area, scene.launch_area[0]] },
  };
  const names = scene.places.map((p) => ({
    type: "Feature", properties: { kind: "name", name: p.name, population: p.population },
    geometry: { type: "Point", coordinates: [p.lon, p.lat] },
  }));
  return { type: "FeatureCollection", features: [...places, area, ...names] };
}

const METRES_A_DEGREE = 111_320;

/** An ellipse on the ground: half axes in metres, bearing of the first one from north. */
export function ring(lon: number, lat: number, major: number, minor: number, bearing: number, n = 32): [number, number][] {
  const turn = (bearing * Math.PI) / 180;
  const east = METRES_A_DEGREE * Math.cos((lat * Math.PI) / 180);
  const found: [number, number][] = [];
  for (let i = 0; i <= n; i++) {
    const a = (2 * Math.PI * i) / n;
    const [along, aside] = [major * Math.cos(a), minor * Math.sin(a)];
    const x = along * Math.sin(turn) + aside * Math.cos(turn);
    const y = along * Math.cos(turn) - aside * Math.sin(turn);
    found.push([lon + x / east, lat + y / METRES_A_DEGREE]);
  }
  return found;
}
