/**
 * `pairroom/http`: what a program imports that serves rooms from its own HTTP server. Node itself is not needed.
 */
export { handlers, layer as routes } from "./Handlers.ts"
export { response as eventStream, type ConnectOptions } from "./EventStream.ts"
export { Drain, type DrainOptions } from "./Drain.ts"
