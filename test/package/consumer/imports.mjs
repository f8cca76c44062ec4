// Imports one entry, and prints what the package imports for it from outside of itself.
import { registerHooks } from "node:module"

const asked = new Set()

registerHooks({
  resolve: (specifier, context, next) => {
    if (context.parentURL?.includes("/node_modules/pairroom/") && !specifier.startsWith(".")) asked.add(specifier)
    return next(specifier, context)
  }
})

const exported = await import(process.argv[2])
console.log(JSON.stringify({ exported: Object.keys(exported), asked: [...asked].toSorted() }))
