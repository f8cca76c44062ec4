import { assert, describe, it } from "@effect/vitest"
import { beforeEach } from "vitest"
import { Claims } from "../../src/client/Claims.ts"
import { FakeBrowser, FakeServer, FakeTab, pass, useFakeTime } from "./browser.ts"

/** Each tab proves what it gets, as a tab does that is neither frozen nor dead. */
const all = async (claims: ReadonlyArray<Promise<boolean>>) => {
  await pass(5_000)
  return Promise.all(claims)
}

const claim = (tab: Claims, key: string, ready?: boolean) =>
  tab.claim(key, ready).then((isMine) => isMine && tab.prove(key))

const setUp = () => {
  const browser = new FakeBrowser()
  const open = (random = Math.random) =>
    new Claims({ ...new FakeTab(browser, new FakeServer()).environment, random }, "pairroom:CODE")
  return { browser, open }
}

describe("Claims", () => {
  beforeEach(useFakeTime)

  it.each([true, false])("of ten tabs that claim the same, one gets it (with locks: %s)", async (hasLocks) => {
    const { browser, open } = setUp()
    browser.hasLocks = hasLocks
    const tabs = Array.from({ length: 10 }, () => open())
    const claimed = await all(tabs.map((tab) => claim(tab, "finish 1")))
    assert.strictEqual(claimed.filter(Boolean).length, 1)
    assert.deepStrictEqual(await all(tabs.map((tab) => claim(tab, "finish 1"))), Array(10).fill(false))
    assert.strictEqual((await all(tabs.map((tab) => claim(tab, "finish 2")))).filter(Boolean).length, 1)
  })

  it.each([true, false])("after a reload it is still claimed (with locks: %s)", async (hasLocks) => {
    const { browser, open } = setUp()
    browser.hasLocks = hasLocks
    assert.deepStrictEqual(await all([claim(open(), "finish 1")]), [true])
    assert.deepStrictEqual(await all([claim(open(), "finish 1")]), [false])
  })

  it("a tab that is ready comes before one that is not, and without one the other gets it", async () => {
    const { open } = setUp()
    const [silent, ready] = [open(), open()]
    assert.deepStrictEqual(await all([claim(silent, "finish 1", false), claim(ready, "finish 1", true)]), [false, true])
    assert.deepStrictEqual(await all([claim(silent, "finish 2", false)]), [true])
  })

  it.each([true, false])(
    "a tab that gets it and then does nothing loses it after a second (with locks: %s)",
    async (hasLocks) => {
      const { browser, open } = setUp()
      browser.hasLocks = hasLocks
      const [frozen, one, other] = [open(), open(), open()]
      const first = frozen.claim("finish 1")
      await pass(100)
      assert.isTrue(await first)
      const claimed = await all([one, other].map((tab) => claim(tab, "finish 1")))
      assert.strictEqual(claimed.filter(Boolean).length, 1)
      // It wakes up later, and does not do it a second time.
      assert.deepStrictEqual(await all([frozen.prove("finish 1")]), [false])
    }
  )

  it("where locks never answer, one of ten tabs gets it all the same, within two seconds", async () => {
    const { browser, open } = setUp()
    browser.locksFor = () => ({ request: () => new Promise(() => {}) }) as unknown as LockManager
    const tabs = Array.from({ length: 10 }, () => open())
    const claimed: Array<boolean> = []
    for (const tab of tabs) void claim(tab, "finish 1").then((isMine) => claimed.push(isMine))
    await pass(2_000)
    assert.strictEqual(claimed.length, 10)
    assert.strictEqual(claimed.filter(Boolean).length, 1)
    assert.deepStrictEqual(await all(tabs.map((tab) => claim(tab, "finish 1"))), Array(10).fill(false))
  })

  it("remembers only the last ones", async () => {
    const { browser, open } = setUp()
    for (let finish = 0; finish < 100; finish++) await all([claim(open(), `finish ${finish}`)])
    assert.isBelow(browser.storage!.getItem("pairroom:CODE:claims")!.length, 1_000)
    assert.deepStrictEqual(await all([claim(open(), "finish 99")]), [false])
  })

  it.each([
    ["is forbidden", undefined],
    [
      "is full",
      {
        getItem: () => null,
        setItem: () => {
          throw new DOMException("", "QuotaExceededError")
        }
      }
    ],
    ["holds something else", { getItem: () => "{", setItem: () => {} }]
  ])("where the storage %s a tab still gets each thing once", async (_, storage) => {
    const { browser, open } = setUp()
    browser.storage = storage
    const tab = open()
    assert.deepStrictEqual(await all([claim(tab, "finish 1")]), [true])
    assert.deepStrictEqual(await all([claim(tab, "finish 1")]), [false])
  })
})
