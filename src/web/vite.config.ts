/** How the page is built: into `dist/web`, with hashes in the names, and compressed already. */
import { readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { brotliCompress, constants, gzip } from "node:zlib"
import { defineConfig, type Plugin } from "vite"

/** What gains by compression. The page itself is compressed by the server, which fills it in. */
const COMPRESSED = /\.(?:js|css|svg|webmanifest)$/

const compress: Plugin = {
  name: "compress",
  apply: "build",
  writeBundle: async ({ dir = "" }) => {
    for (const name of await readdir(dir, { recursive: true })) {
      if (!COMPRESSED.test(name)) continue
      const file = join(dir, name)
      const bytes = await readFile(file)
      await writeFile(`${file}.gz`, await promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }))
      await writeFile(`${file}.br`, await promisify(brotliCompress)(bytes))
    }
  }
}

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [compress],
  logLevel: "warn",
  build: {
    outDir: fileURLToPath(new URL("../../dist/web", import.meta.url)),
    emptyOutDir: true,
    target: "es2023",
    // The content security policy takes nothing that is written into the page or an address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false }
  }
})
