import { defineConfig } from "vite";

// Unhashed names, so that a rebuild changes only what changed; no map files: the source is here.
const plain = {
  entryFileNames: "[name].js",
  chunkFileNames: "[name].js",
  assetFileNames: "[name][extname]",
};

export default defineConfig({
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
