// The page's one keeper, and what it has to say to whoever looks at the page.
import { asEntry } from './entry.ts'
import { IndexedEntries } from './entry-store.ts'
import { Journal } from './journal.ts'
import { Keeper, type KeepState, type TabChannel } from './keeper.ts'
import { moveOldData } from './old-data.ts'
import { setAsideLost } from './versions.ts'

/** A file that was written here and in another tab at once; the other text is among its versions. */
export interface Clash {
  readonly page: string
  readonly name: string
}

const localStore = (): Storage => window.localStorage

export const keeper = new Keeper({
  journal: new Journal(localStore),
  store: new IndexedEntries(),
  channel: channelOfTabs(),
  tab: tabName(),
  nowMs: () => Date.now(),
  isPinned: (key) => key.startsWith('setting/'),
})

class Keep {
  #state = $state<KeepState>('kept')
  #clash = $state.raw<Clash | null>(null)
  #hasReminder = $state(true)

  constructor() {
    keeper.onState = (state) => {
      this.#state = state
      this.#hasReminder = true
    }
    keeper.onLost = (lost) => {
      const clash = setAsideLost(keeper, lost)
      if (clash !== null) this.#clash = clash
    }
    moveOldData(localStore, keeper)
    addEventListener('pagehide', () => void keeper.flush())
    // A tab that slept, or came back from the browser's memory, hears what it missed.
    addEventListener('pageshow', (event) => event.persisted && void keeper.load())
    document.addEventListener('visibilitychange', () => {
      void (document.hidden ? keeper.flush() : keeper.load())
    })
  }

  get state(): KeepState {
    return this.#state
  }

  /** What isn't kept is said until somebody has read it. */
  get isSaid(): boolean {
    return this.#state !== 'kept' && this.#hasReminder
  }

  dismiss(): void {
    this.#hasReminder = false
  }

  get clash(): Clash | null {
    return this.#clash
  }

  forgetClash(): void {
    this.#clash = null
  }
}

function channelOfTabs(): TabChannel {
  try {
    const channel = new BroadcastChannel('streambed')
    return {
      post: (entry) => channel.postMessage(entry),
      listen: (hear) =>
        (channel.onmessage = ({ data }) => {
          const entry = asEntry(data)
          if (entry !== null) hear(entry)
        }),
    }
  } catch {
    return { post: () => {}, listen: () => {} }
  }
}

function tabName(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(2)), (n) => n.toString(36)).join('')
}

export const keep = new Keep()
