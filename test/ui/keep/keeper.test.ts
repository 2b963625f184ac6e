import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { isAfter, nextEntry, settle, type Entry } from '../../../ui/keep/entry.ts'
import { moveOldData } from '../../../ui/keep/old-data.ts'
import { versionsOf } from '../../../ui/keep/versions.ts'
import { openWork, workText } from '../../../ui/keep/work-file.ts'
import { FakeBrowser } from './fake-browser.ts'

const FILE = 'file/chapter/lesson/A.ts'
let browser: FakeBrowser
beforeEach(() => {
  vi.useFakeTimers()
  browser = new FakeBrowser()
})
afterEach(() => vi.useRealTimers())

/** Until nothing is waiting to be written. */
async function rest(): Promise<void> {
  await vi.advanceTimersByTimeAsync(1000)
}

describe('one tab', () => {
  it('has lost nothing when it is killed in the instant after a write', async () => {
    browser.openTab().set(FILE, 'mine')
    expect((await browser.visit()).get(FILE)).toBe('mine')
  })

  it('moves what it wrote from the journal to IndexedDB', async () => {
    browser.openTab().set(FILE, 'mine')
    await rest()
    expect(browser.local.length).toBe(0)
    expect(browser.indexed.entries.get(FILE)?.value).toBe('mine')
    expect((await browser.visit()).get(FILE)).toBe('mine')
  })

  it('has settings before anything is loaded, also on later visits', async () => {
    browser.openTab().set('setting/theme', 'dark')
    await rest()
    expect(browser.openTab().get('setting/theme')).toBe('dark')
  })

  it('forgets what is removed', async () => {
    const tab = browser.openTab()
    tab.set(FILE, 'mine')
    await rest()
    tab.set(FILE, null)
    const later = await browser.visit()
    expect([later.get(FILE), later.keys('')]).toEqual([null, []])
  })

  it('loses nothing, whenever it is killed', async () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('write' as const),
        key: fc.constantFrom('file/p/A.ts', 'answer/p/quiz/1', 'setting/x'),
      }),
      fc.record({ kind: fc.constantFrom('flush' as const, 'visit' as const, 'rest' as const), key: fc.constant('') }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 24 }), async (steps) => {
        browser = new FakeBrowser()
        let tab = await browser.visit()
        const written = new Map<string, number>()
        for (const [n, { kind, key }] of steps.entries()) {
          if (kind === 'write') {
            tab.set(key, n)
            written.set(key, n)
          } else if (kind === 'flush') void tab.flush()
          else if (kind === 'rest') await rest()
          else tab = await browser.visit()
        }
        tab = await browser.visit()
        expect(new Map(tab.keys('').map((key) => [key, tab.get(key)]))).toEqual(new Map(Array.from(written).sort()))
      }),
      { numRuns: 150 },
    )
  })
})

describe('storage that refuses', () => {
  it('without localStorage IndexedDB keeps everything', async () => {
    browser.local.mood = 'denied'
    const tab = browser.openTab()
    tab.set(FILE, 'mine')
    await rest()
    expect(tab.state).toBe('kept')
    expect((await browser.visit()).get(FILE)).toBe('mine')
  })

  it('without IndexedDB the journal keeps everything', async () => {
    browser.indexed.mood = 'denied'
    const tab = browser.openTab()
    tab.set(FILE, 'mine')
    await rest()
    expect(tab.state).toBe('kept')
    expect((await browser.visit()).get(FILE)).toBe('mine')
  })

  it('without both it says so, and everything is there while the tab is', async () => {
    browser.local.mood = browser.indexed.mood = 'denied'
    const tab = await browser.visit()
    const states: string[] = []
    tab.onState = (state) => states.push(state)
    tab.set(FILE, 'mine')
    await rest()
    expect([states, tab.state, tab.get(FILE)]).toEqual([['denied'], 'denied', 'mine'])
  })

  it('a full localStorage is no matter while IndexedDB takes it', async () => {
    browser.local.mood = 'full'
    const tab = browser.openTab()
    tab.set(FILE, 'mine')
    await rest()
    expect([tab.state, browser.indexed.entries.get(FILE)?.value]).toEqual(['kept', 'mine'])
  })

  it('full everywhere: says so, keeps what it had, and writes when there is room again', async () => {
    const tab = browser.openTab()
    tab.set(FILE, 'before')
    await rest()
    browser.local.mood = browser.indexed.mood = 'full'
    tab.set(FILE, 'after')
    await rest()
    expect([tab.state, tab.get(FILE)]).toEqual(['full', 'after'])
    expect(browser.indexed.entries.get(FILE)?.value).toBe('before')
    browser.local.mood = browser.indexed.mood = 'willing'
    await vi.advanceTimersByTimeAsync(20_000)
    expect([tab.state, (await browser.visit()).get(FILE)]).toEqual(['kept', 'after'])
  })
})

describe('two tabs', () => {
  it('what one writes the other has, and is told of', () => {
    const [one, other] = [browser.openTab(), browser.openTab()]
    const told: string[] = []
    other.watch('file/', (key) => told.push(key))
    one.set(FILE, 'a')
    expect([other.get(FILE), told]).toEqual(['a', [FILE]])
    other.set(FILE, 'b')
    expect(one.get(FILE)).toBe('b')
    expect(versionsOf(one, 'chapter/lesson', 'A.ts')).toEqual([])
  })

  it.each(['at once', 'after the other came to rest'])('one that slept finds the other’s edit %s', async (when) => {
    const asleep = browser.openTab({ isDeaf: true })
    asleep.set(FILE, 'from both')
    await rest()
    const awake = await browser.visit()
    awake.set(FILE, 'from the other')
    if (when !== 'at once') await rest()
    asleep.set(FILE, 'mine, newer')
    await rest()
    const later = await browser.visit()
    expect(later.get(FILE)).toBe('mine, newer')
    expect(versionsOf(later, 'chapter/lesson', 'A.ts').map(({ text }) => text)).toEqual(['from the other'])
  })

  it('one that wakes takes over a newer edit and keeps its own as a version', async () => {
    const asleep = browser.openTab({ isDeaf: true })
    const awake = browser.openTab({ isDeaf: true })
    asleep.set(FILE, 'older')
    awake.set(FILE, 'newer')
    await rest()
    await asleep.load()
    expect(asleep.get(FILE)).toBe('newer')
    expect(versionsOf(asleep, 'chapter/lesson', 'A.ts').map(({ text }) => text)).toEqual(['older'])
  })

  it('two files, two tabs: both edits stay', async () => {
    const [one, other] = [browser.openTab({ isDeaf: true }), browser.openTab({ isDeaf: true })]
    one.set('file/p/A.ts', 'a')
    other.set('file/p/B.ts', 'b')
    await rest()
    const later = await browser.visit()
    expect([later.get('file/p/A.ts'), later.get('file/p/B.ts')]).toEqual(['a', 'b'])
  })

  it('nothing that somebody wrote is gone, however two deaf tabs write, load and rest', async () => {
    const step = fc.record({ tab: fc.constantFrom(0, 1), kind: fc.constantFrom('write', 'load', 'rest', 'flush') })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 16 }), async (steps) => {
        browser = new FakeBrowser()
        const tabs = [browser.openTab({ isDeaf: true }), browser.openTab({ isDeaf: true })] as const
        /** Of each tab what it wrote last and nobody else has seen: these must not be gone. */
        const last = new Map<number, string>()
        tabs.forEach((keeper, reader) =>
          keeper.watch('file/', (key) => {
            for (const [writer, text] of last) if (writer !== reader && text === keeper.get(key)) last.delete(writer)
          }),
        )
        for (const [n, { tab, kind }] of steps.entries()) {
          const keeper = tabs[tab]
          if (kind === 'write') {
            keeper.set('file/p/A.ts', `text ${n}`)
            last.set(tab, `text ${n}`)
          } else if (kind === 'load') await keeper.load()
          else if (kind === 'rest') await rest()
          else void keeper.flush()
        }
        const later = await browser.visit()
        await rest()
        const there = [later.get('file/p/A.ts'), ...versionsOf(later, 'p', 'A.ts').map(({ text }) => text)]
        const writes = steps.flatMap(({ kind }, n) => (kind === 'write' ? [`text ${n}`] : []))
        expect(there[0]).toBe(writes.at(-1) ?? null)
        for (const text of last.values()) expect(there).toContain(text)
      }),
      { numRuns: 300 },
    )
  })
})

describe('entries', () => {
  it('two tabs settle a clash alike, whoever asks', () => {
    const base = nextEntry('k', 'base', undefined, 'a', 1)
    const [left, right] = [nextEntry('k', 'l', base, 'a', 5), nextEntry('k', 'r', base, 'b', 5)]
    expect(settle(left, right).stands).toEqual(settle(right, left).stands)
    expect(isAfter(settle(left, right).stands, left) && isAfter(settle(left, right).stands, right)).toBe(true)
  })

  it('a hundred tabs one after the other leave a small entry, and no clash', () => {
    let entry: Entry | undefined
    for (let i = 0; i < 100; i++) {
      const next = nextEntry('k', i, entry, `tab${i}`, i)
      if (entry) expect(settle(next, entry)).toEqual({ stands: next, lost: null })
      entry = next
    }
    expect(Object.keys(entry?.seen ?? {}).length).toBeLessThanOrEqual(8)
  })
})

describe('what earlier pages left', () => {
  const old = {
    'streambed.language': 'zh',
    'streambed.answers.chapter/lesson': JSON.stringify({
      predictions: { p: { choice: 1, verdict: null } },
      quizzes: { q: 2 },
      runs: ['r'],
      passed: ['x'],
    }),
    'streambed.notebook.chapter/lesson': JSON.stringify({
      format: 1,
      version: 7,
      job: { entry: 'A.ts', files: [{ name: 'A.ts', text: 'old' }] },
    }),
  }

  it('is moved once, and gives way to what was written since', async () => {
    for (const [key, value] of Object.entries(old)) browser.local.setItem(key, value)
    const tab = browser.openTab()
    moveOldData(() => browser.local, tab)
    await rest()
    const later = await browser.visit()
    expect(later.keys('')).toEqual([
      'answer/chapter/lesson/passed/x',
      'answer/chapter/lesson/predict/p',
      'answer/chapter/lesson/quiz/q',
      'answer/chapter/lesson/run/r',
      FILE,
      'job/chapter/lesson',
      'setting/language',
    ])
    expect(later.get(FILE)).toBe('old')
    expect(Object.keys(old).filter((key) => browser.local.getItem(key) !== null)).toEqual([])
  })

  it('stays where it is while there is no room, and never replaces newer work', async () => {
    for (const [key, value] of Object.entries(old)) browser.local.setItem(key, value)
    browser.local.mood = 'full'
    const tab = browser.openTab()
    moveOldData(() => browser.local, tab)
    await rest()
    tab.set(FILE, 'newer')
    await rest()
    const later = browser.openTab()
    moveOldData(() => browser.local, later)
    await later.load()
    await rest()
    expect((await browser.visit()).get(FILE)).toBe('newer')
  })
})

describe('work as a file', () => {
  it('is carried to another browser, where what is replaced stays as a version', async () => {
    const here = browser.openTab()
    here.set(FILE, 'mine')
    here.set('answer/p/quiz/q', 1)
    const file = workText(here)
    const elsewhere = new FakeBrowser().openTab()
    elsewhere.set(FILE, 'something else')
    const told: string[] = []
    elsewhere.watch('', (key) => told.push(key))
    expect(openWork(elsewhere, file, 5000)).toBe(2)
    expect([elsewhere.get(FILE), elsewhere.get('answer/p/quiz/q'), told.length]).toEqual(['mine', 1, 2])
    expect(versionsOf(elsewhere, 'chapter/lesson', 'A.ts')[0]).toMatchObject({
      text: 'something else',
      origin: 'import',
    })
    expect(openWork(elsewhere, file, 6000)).toBe(0)
  })

  it.each(['', '{}', '[]', '{"format":"streambed-work","version":2,"entries":[]}'])('is nothing else: %s', (text) => {
    expect(openWork(browser.openTab(), text, 0)).toBeNull()
  })

  it('passes over what is no work of ours', () => {
    const entries = [{ key: '__proto__', value: 1 }, { key: 'file/p/A.ts' }, { key: 'setting/theme', value: 'dark' }]
    const tab = browser.openTab()
    expect(openWork(tab, JSON.stringify({ format: 'streambed-work', version: 1, entries }), 0)).toBe(1)
    expect(tab.keys('')).toEqual(['setting/theme'])
  })
})
