/**
 * `pairroom/http`: what a program imports that serves rooms from its own HTTP server. Node itself is not needed.
 */
export { layer as routes } from "./Handlers.ts"
export { Drain, type DrainOptions } from "./Drain.ts"
