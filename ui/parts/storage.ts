// The browser's storage, or one that refuses: some browsers throw on the mere mention of it.

/** localStorage, or a storage that holds nothing and says so when written to. */
export function storageOrNone(): Storage {
  try {
    return window.localStorage
  } catch {
    return refusingStorage
  }
}

const refusingStorage: Storage = {
  length: 0,
  key: () => null,
  getItem: () => null,
  setItem: () => {
    throw new Error('This browser has no storage for this page')
  },
  removeItem: () => {},
  clear: () => {},
}
