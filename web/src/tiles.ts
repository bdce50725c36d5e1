// The map below the shipped coast, where the server was given one (--tiles).

import * as maplibre from "maplibre-gl";

export interface Tiles { url: string; pmtiles: boolean }

const VECTOR = 1; // the tile type of PMTiles that is no picture

/** Add the layers of the tiles below a layer of the map. */
export async function addTiles(map: maplibre.Map, tiles: Tiles, below: string): Promise<void> {
  if (!tiles.pmtiles) {
    map.addSource("tiles", { type: "raster", tiles: [tiles.url], tileSize: 256 });
    picture(map, below);
    return;
  }
  const { PMTiles, Protocol } = await import("pmtiles");
  const address = new URL(tiles.url, location.href).href;
  const protocol = new Protocol({ metadata: true });
  const file = new PMTiles(address);
  protocol.add(file);
  maplibre.addProtocol("pmtiles", protocol.tile);
  const head = await file.getHeader();
  const url = `pmtiles://${address}`;
  if (head.tileType !== VECTOR) {
    map.addSource("tiles", { type: "raster", url, tileSize: 256 });
    picture(map, below);
    return;
  }
  map.addSource("tiles", { type: "vector", url });
  const { vector_layers: layers = [] } = await file.getMetadata() as { vector_layers?: { id: string }[] };
  for (const { id } of layers) {
    map.addLayer({ id: `tiles-${id}`, type: "line", source: "tiles", "source-layer": id,
      paint: { "line-width": 0.7, "line-opacity": 0.5, "line-color": "#7d8b96" } }, below);
  }
}

function picture(map: maplibre.Map, below: string): void {
  map.addLayer({ id: "tiles", type: "raster", source: "tiles", paint: { "raster-opacity": 0.6 } }, below);
}
