/**
 * The sounds of the page, made by Web Audio. A browser allows them only after a person has touched the page; so the
 * first touch unlocks them, and whether it has is a signal.
 */
import { signal } from "@preact/signals"
import { muted, volume } from "../preferences.ts"

export type SoundState = "ready" | "locked" | "missing"

export const sound = signal<SoundState>(typeof AudioContext === "undefined" ? "missing" : "locked")

/** A tone: its pitch in hertz, when it begins, how long it rings (seconds), and how loud it is against the others. */
type Tone = readonly [pitch: number, at: number, length: number, gain: number]

const bell = (pitch: number, at: number): ReadonlyArray<Tone> => [
  [pitch, at, 1.6, 1],
  [pitch * 2.01, at, 0.9, 0.35],
  [pitch * 3.02, at, 0.5, 0.12]
]

/** A dull, dry knock. */
const knock = (pitch: number, at: number): ReadonlyArray<Tone> => [
  [pitch, at, 0.16, 1],
  [pitch * 2.76, at, 0.07, 0.4]
]

/** A tone that swells and fades slowly, with its octave. */
const chime = (pitch: number, at: number): ReadonlyArray<Tone> => [
  [pitch, at, 2.6, 0.8],
  [pitch * 2, at, 1.8, 0.25],
  [pitch * 3, at + 0.02, 1.1, 0.1]
]

/** What can be chosen as the alarm. */
export const TUNES = {
  bell: [0, 1.5].flatMap((at) => [bell(587.33, at), bell(739.99, at + 0.22), bell(880, at + 0.44)].flat()),
  wood: [0, 0.9, 1.8].flatMap((at) => [0, 0.14, 0.28].flatMap((beat) => knock(523.25, at + beat))),
  chime: [chime(659.26, 0), chime(523.25, 0.7), chime(587.33, 1.4), chime(392, 2.1)].flat()
} as const satisfies Record<string, ReadonlyArray<Tone>>

/** The same tones, softer. */
export const softly = (tones: ReadonlyArray<Tone>): ReadonlyArray<Tone> =>
  tones.map(([pitch, at, length, gain]) => [pitch, at, length, gain * 0.45])

/** One soft, low bell. */
export const WARNING: ReadonlyArray<Tone> = softly(bell(440, 0))

let context: AudioContext | undefined
let rest: ReturnType<typeof setTimeout> | undefined

/** A context that runs plays silence, which costs; it is suspended a while after each sound. */
const REST_AFTER = 1_000

const resumed = async (): Promise<AudioContext | undefined> => {
  if (sound.value === "missing") return undefined
  context ??= new AudioContext()
  clearTimeout(rest)
  // Where it is not allowed, this promise stays open.
  void context.resume().catch(() => {})
  for (let wait = 0; context.state !== "running" && wait < 10; wait++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  sound.value = context.state === "running" ? "ready" : "locked"
  return context.state === "running" ? context : undefined
}

const restAfter = (millis: number) => {
  clearTimeout(rest)
  rest = setTimeout(() => void context?.suspend().catch(() => {}), millis)
}

const unlock = async () => {
  try {
    if (sound.value === "locked" && (await resumed()) !== undefined) restAfter(REST_AFTER)
  } catch {
    sound.value = "missing"
  }
}

/** Lets the first touch of the page unlock its sounds. */
export const unlockByTouch = (): void => {
  for (const touch of ["pointerup", "keydown", "touchend"]) addEventListener(touch, () => void unlock(), true)
}

/** Plays tones at the volume that this browser is set to. Where the browser refuses it stays silent; all else goes on. */
export const play = async (tones: ReadonlyArray<Tone>): Promise<void> => {
  const loudness = muted.value ? 0 : volume.value / 100
  try {
    if (loudness > 0) await sounded(tones, loudness)
  } catch {
    sound.value = "missing"
  }
}

const sounded = async (tones: ReadonlyArray<Tone>, loudness: number): Promise<void> => {
  const audio = await resumed()
  if (audio === undefined) return
  const start = audio.currentTime + 0.05
  const master = audio.createGain()
  // Loudness is heard as a power of the amplitude.
  master.gain.value = loudness ** 2 * 0.5
  master.connect(audio.destination)
  for (const [pitch, at, length, gain] of tones) {
    const oscillator = audio.createOscillator()
    const envelope = audio.createGain()
    oscillator.frequency.value = pitch
    envelope.gain.setValueAtTime(0, start + at)
    envelope.gain.linearRampToValueAtTime(gain, start + at + 0.01)
    envelope.gain.exponentialRampToValueAtTime(0.001, start + at + length)
    oscillator.connect(envelope).connect(master)
    oscillator.start(start + at)
    oscillator.stop(start + at + length)
  }
  const length = Math.max(...tones.map(([, at, length]) => at + length))
  restAfter(length * 1_000 + REST_AFTER)
}
