/** The page at `/`. */
import { Home } from "./home/Home.tsx"
import { start } from "./start.tsx"

start(<Home />)
