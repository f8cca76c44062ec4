/** The timer on top of the editor: in a picture-in-picture window where the browser has one, else in a small window. */
import { render } from "preact"
import { pathOf } from "../address.ts"
import type { Session } from "./session.ts"

interface DocumentPictureInPicture {
  readonly requestWindow: (size: { readonly width: number; readonly height: number }) => Promise<Window>
}

const SIZE = { width: 340, height: 220 }

/** The code of it is not needed for the first view. */
export const loadPop = () => import("./Pop.tsx")

export const popOut = async (session: Session): Promise<void> => {
  const { documentPictureInPicture: pictures } = globalThis as {
    readonly documentPictureInPicture?: DocumentPictureInPicture
  }
  // Its style is among the sheets that are copied below. Where it does not come, the small window says so.
  const loaded = await loadPop().catch(() => undefined)
  const picture = loaded && (await pictures?.requestWindow(SIZE).catch(() => undefined))
  if (loaded === undefined || picture === undefined) {
    window.open(
      `${pathOf(session.code)}?view=popout`,
      `pairroom ${session.code}`,
      `popup,width=${SIZE.width},height=${SIZE.height}`
    )
    return
  }
  const { document: small } = picture
  small.documentElement.lang = document.documentElement.lang
  for (const sheet of document.querySelectorAll('link[rel="stylesheet"]')) small.head.append(sheet.cloneNode())
  const follow = () => {
    const [own, page] = [small.documentElement.dataset, document.documentElement.dataset]
    for (const name of Object.keys(own)) if (!(name in page)) delete own[name]
    Object.assign(own, page)
  }
  follow()
  const observer = new MutationObserver(follow)
  observer.observe(document.documentElement, { attributes: true })
  picture.addEventListener("pagehide", () => {
    observer.disconnect()
    render(null, small.body)
  })
  const { Pop } = loaded
  render(<Pop session={session} />, small.body)
}
