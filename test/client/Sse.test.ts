import { assert, describe, it } from "@effect/vitest"
import { sseParser } from "../../src/client/Sse.ts"

/** What is received of a text that comes in pieces of so many bytes. */
const received = (text: string, size = Number.POSITIVE_INFINITY) => {
  const seen: Array<string> = []
  const parse = sseParser({
    event: ({ data, event }) => seen.push(`${event}=${data}`),
    id: (id) => seen.push(`id ${id}`),
    retry: (delay) => seen.push(`retry ${delay}`)
  })
  const bytes = new TextEncoder().encode(text)
  for (let from = 0; from < bytes.length; from += size) parse(bytes.slice(from, from + size))
  return seen
}

describe("sseParser", () => {
  it("reads a frame of our server wherever it is cut", () => {
    const frame = 'retry: 1500\nevent: connect\ndata: OK\n\nevent: room\ndata: {"driver":"레몬 🍋"}\nid: a1\n\n'
    const expected = ["retry 1500", "connect=OK", 'room={"driver":"레몬 🍋"}', "id a1"]
    for (let size = 1; size <= frame.length; size++) assert.deepStrictEqual(received(frame, size), expected)
  })

  it.each<[string, string, Array<string>]>([
    ["an event without a name is a message", "data: a\n\n", ["message=a"]],
    ["lines end in LF, CR LF or CR", "data: a\r\ndata: b\rdata: c\n\r\n", ["message=a\nb\nc"]],
    ["a CR alone ends a line at once", "data: a\r\r", ["message=a"]],
    ["one space after the colon is left out", "data:a\ndata:  b\n\n", ["message=a\n b"]],
    ["a field without a colon is empty", "data\ndata\n\n", ["message=\n"]],
    ["empty data is data", "data:\n\n", ["message="]],
    ["no data is no event, but its id counts", "event: room\nid: 7\n\ndata: a\n\n", ["id 7", "message=a"]],
    ["an empty id is an id", "data: a\nid:\n\n", ["message=a", "id "]],
    ["an id with a null character is none", "id: a\0b\ndata: a\n\n", ["message=a"]],
    ["comments and unknown fields mean nothing", ":\n: hello\nother: x\n data: no\ndata: a\n\n", ["message=a"]],
    ["a byte order mark is left out", "\uFEFFdata: a\n\n", ["message=a"]],
    ["a retry is digits only", "retry: 5s\nretry:\nretry: -1\nretry: 1e3\nretry: 250\n", ["retry 250"]],
    ["a colon in the data stays", "data: a: b\n\n", ["message=a: b"]],
    ["what has no end yet is not told", "data: a\nid: 1\n", []]
  ])("%s", (_, text, expected) => {
    assert.deepStrictEqual(received(text), expected)
    assert.deepStrictEqual(received(text, 1), expected)
  })
})
