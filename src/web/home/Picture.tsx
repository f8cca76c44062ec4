import { useEffect, useState } from "preact/hooks"
import { marksOfDial, pointsAt } from "../room/dial.ts"
import { timeText } from "../room/phase.ts"
import { text } from "../text/index.ts"

/** The ring of the picture goes round once in so many seconds. */
const TURN = 600

const now = () => TURN - (Math.floor(Date.now() / 1_000) % TURN)

/** What it is, in a picture: a little ring that lives, and three steps. */
export const Picture = () => {
  const { steps, sub } = text.value
  const [left, setLeft] = useState(now)
  useEffect(() => {
    const interval = setInterval(() => setLeft(now()), 1_000)
    return () => clearInterval(interval)
  }, [])
  const { cuts, large, small } = marksOfDial(TURN)
  return (
    <div class="picture">
      <div class="face ring" role="img" aria-label={sub}>
        <svg viewBox="-200 -200 400 400" aria-hidden="true">
          <circle class="track" r="184" />
          <circle class="arc" r="184" pathLength="1" stroke-dasharray={`${left / TURN} 1`} transform="rotate(-90)" />
          <path class="cut" d={cuts} />
          <path class="tick" d={small} />
          <path class="tick big" d={large} />
          <path class="hand" d={pointsAt(left / TURN, [162, 197])} />
        </svg>
        <div class="read" aria-hidden="true">
          <p class="digits">{timeText(left)}</p>
        </div>
      </div>
      <ol class="steps">
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </div>
  )
}
