import type { FunctionComponent } from "preact"
import { useEffect, useState } from "preact/hooks"

/** A component whose code comes when it is first shown, and shows nothing before. */
export const later = <Props extends object>(
  load: () => Promise<FunctionComponent<Props>>,
  onFailure: () => void = () => {}
): FunctionComponent<Props> => {
  let loaded: FunctionComponent<Props> | undefined
  return (props) => {
    const [, setLoaded] = useState(false)
    useEffect(() => {
      if (loaded !== undefined) return
      load().then(
        (component) => {
          loaded = component
          setLoaded(true)
        },
        // Without a connection it stays away until it is shown again.
        onFailure
      )
    }, [])
    const Loaded = loaded
    return Loaded === undefined ? null : <Loaded {...props} />
  }
}
