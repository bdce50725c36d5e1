import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { defineConfig, type Plugin } from "vite";

/** Views by their folder, since both with a map are called `view.ts`; libraries by their package. */
function chunkName(chunk: { name: string; facadeModuleId: string | null; moduleIds: string[] }): string {
  const folder = /\/src\/(\w+)\/view\.ts$/.exec(chunk.facadeModuleId ?? "");
  if (folder) return `${folder[1]}.js`;
  const holds = (name: string): boolean => chunk.moduleIds.some((id) => id.includes(`/node_modules/${name}/`));
  return holds("maplibre-gl") ? "maps.js" : holds("pmtiles") ? "pmtiles.js" : "[name].js";
}

// Unhashed names, so that a rebuild changes only what changed; no map files: the source is here.
const plain = {
  entryFileNames: "[name].js",
  chunkFileNames: chunkName,
  assetFileNames: "[name][extname]",
};

/** Folder of the package that a module belongs to. */
function packageOf(module: string): string | undefined {
  const at = module.replaceAll("\0", "").lastIndexOf("/node_modules/");
  if (at < 0) return undefined;
  for (let folder = dirname(module); folder.length > at; folder = dirname(folder)) {
    const said = join(folder, "package.json");
    if (existsSync(said) && JSON.parse(readFileSync(said, "utf8")).version) return folder;
  }
  return undefined;
}

/** The licences of what is built in: they want to be passed on with the code. */
function licences(): Plugin {
  return {
    name: "licences",
    generateBundle(_, bundle) {
      const folders = new Set<string>();
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        for (const module of Object.keys(chunk.modules)) {
          const folder = packageOf(module);
          if (folder) folders.add(folder);
        }
      }
      const parts = [...folders].map((folder) => {
        const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
        const file = readdirSync(folder).sort().find((f) => /^licen[cs]e/i.test(f));
        const text = file ? readFileSync(join(folder, file), "utf8").trim() : "";
        return `${name} ${version} (${license})\n\n${text}\n`;
      });
      const source = `What the page is built from.\n\n${parts.sort().join(`\n${"-".repeat(78)}\n\n`)}`;
      this.emitFile({ type: "asset", fileName: "licences.txt", source });
    },
  };
}

export default defineConfig({
  plugins: [licences()],
  build: {
    outDir: "../src/opendome/web/static",
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 3000,
    modulePreload: { polyfill: false },
    rollupOptions: { output: plain },
  },
  worker: { format: "es", rollupOptions: { output: plain } },
});
