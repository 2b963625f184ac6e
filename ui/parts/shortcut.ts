// A shortcut as this machine's keyboards are labelled.

const isApple = /Mac|iPhone|iPad/.test(navigator.platform)

/** `⌘↵` or `Ctrl+Enter`. */
export function shortcutText(key: string): string {
  return isApple ? `⌘${key === 'Enter' ? '↵' : key}` : `Ctrl+${key}`
}
