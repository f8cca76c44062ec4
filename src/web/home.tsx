/** The page at `/`, and at an address that has no page. */
import { Home } from "./home/Home.tsx"
import { start } from "./start.tsx"

start(<Home lost={location.pathname !== "/"} />)
