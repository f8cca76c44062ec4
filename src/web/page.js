// A bare page: it creates a room, or shows the timer of one through an EventSource.
// @ts-check

const api = document.querySelector('meta[name="pairroom-api"]')?.getAttribute("content") ?? ""

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id))

/** @param {string} text */
const notify = (text) => {
  element("notice").textContent = text
}

/** @param {string} method @param {string} path @param {{ body?: unknown, id?: string | undefined }} [options] */
const send = async (method, path, { body, id } = {}) => {
  const response = await fetch(api + path, {
    method,
    headers: { "content-type": "application/json", ...(id === undefined ? {} : { "if-match": `"${id}"` }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
  const answer = response.status === 204 ? undefined : await response.json()
  notify(response.ok ? "" : answer.message)
  return response.ok ? answer : undefined
}

const showForm = () => {
  const form = /** @type {HTMLFormElement} */ (element("create"))
  form.hidden = false
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    const fields = new FormData(form)
    const room = await send("POST", "/pair-room", {
      body: {
        driver: fields.get("driver"),
        navigator: fields.get("navigator"),
        timerDuration: Number(fields.get("minutes")) * 60_000
      }
    })
    if (room !== undefined) location.assign(`/room/${room.accessCode}`)
  })
}

/** @param {number} millis */
const showTime = (millis) => {
  const seconds = Math.ceil(Math.max(0, millis) / 1_000)
  element("time").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
}

/** @param {string} code */
const showRoom = (code) => {
  /** @type {{ id: string, running: boolean, endsAt: number, remainingTime: number } | undefined} */
  let room
  /** How far the server's clock is ahead of ours. */
  let ahead = 0
  const show = () => {
    if (room !== undefined) showTime(room.running ? room.endsAt - (Date.now() + ahead) : room.remainingTime)
  }
  // The page counts for itself, from the deadline.
  const stream = new EventSource(`${api}/${code}/connect?ticks=off`)
  setInterval(show, 100)
  stream.addEventListener("room", ({ data }) => {
    const next = JSON.parse(data)
    room = next
    ahead = next.serverTime - Date.now()
    element("room").hidden = false
    for (const name of ["accessCode", "driver", "navigator", "turn", "connections"]) {
      element(name).textContent = next[name]
    }
    for (const button of document.querySelectorAll("button[data-command]")) {
      const { command } = /** @type {HTMLElement} */ (button).dataset
      const idle = command === (next.running ? "timer/start" : "timer/stop")
      button.toggleAttribute("disabled", next.status === "COMPLETED" || idle)
    }
    show()
  })
  stream.addEventListener("close", () => {
    stream.close()
    notify("The room was closed.")
  })
  stream.addEventListener("open", () => notify(""))
  stream.addEventListener("error", () =>
    notify(stream.readyState === EventSource.CLOSED ? "There is no such room." : "Reconnecting…")
  )
  for (const button of document.querySelectorAll("button[data-command]")) {
    const { command } = /** @type {HTMLElement} */ (button).dataset
    button.addEventListener("click", () =>
      // Of two people who press at the same moment, one is heard.
      send("PATCH", command === "pair-swap" ? `/pair-room/${code}/pair-swap` : `/${code}/${command}`, {
        id: room?.id
      })
    )
  }
}

const code = location.pathname.match(/^\/room\/([^/]+)$/)?.[1]
if (code === undefined) showForm()
else showRoom(code)
