/** How the page is built: into `dist/web`, with hashes in the names, and compressed already. */
import { readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { brotliCompress, constants, gzip } from "node:zlib"
import { defineConfig, type Plugin } from "vite"

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** What gains by compression. The pages themselves are compressed by the server, which fills them in. */
const COMPRESSED = /\.(?:js|css|svg|webmanifest)$/

/** What both pages begin with: the libraries of the view, the languages, what is kept. */
const SHARED =
  /node_modules.@?preact|src.client.(?:Requests|Environment)|src.web.(?:start|text|kept|preferences|parts.(?:Icon|Settings)|rooms|address|duration|api)/

const compress: Plugin = {
  name: "compress",
  apply: "build",
  writeBundle: async ({ dir = "" }) => {
    for (const name of await readdir(dir, { recursive: true })) {
      if (!COMPRESSED.test(name)) continue
      const file = join(dir, name)
      const bytes = await readFile(file)
      await writeFile(
        `${file}.gz`,
        await promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION, memLevel: constants.Z_MAX_MEMLEVEL })
      )
      await writeFile(`${file}.br`, await promisify(brotliCompress)(bytes))
    }
  }
}

export default defineConfig({
  root: path("."),
  plugins: [compress],
  logLevel: "warn",
  build: {
    outDir: path("../../dist/web"),
    emptyOutDir: true,
    target: "es2023",
    // The content security policy takes nothing that is written into the page or an address.
    assetsInlineLimit: 0,
    modulePreload: {
      polyfill: false,
      // What comes later asks for its own scripts: a list of them would be as heavy as a small dialog.
      resolveDependencies: (_file, paths, { hostType }) =>
        hostType === "html" ? paths : paths.filter((path) => path.endsWith(".css"))
    },
    rolldownOptions: {
      input: [path("index.html"), path("room.html"), path("serviceWorker.ts")],
      output: {
        // A service worker is found by its name, and serves what lies beside it and below.
        entryFileNames: ({ name }) => (name === "serviceWorker" ? "[name].js" : "assets/[name]-[hash].js"),
        // What both pages need, in one file.
        codeSplitting: { groups: [{ name: "shared", test: SHARED }] }
      }
    }
  }
})
