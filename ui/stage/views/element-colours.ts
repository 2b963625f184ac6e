// The colours of the page's tokens as a canvas takes them, and the system's where it forces its own.

export interface ElementColours {
  readonly record: string
  readonly inside: string
  readonly above: string
  readonly lit: string
  readonly watermark: string
  readonly end: string
  readonly barrier: string
  readonly font: string
}

const TOKENS = {
  record: '--record',
  inside: '--panel',
  above: '--ink',
  lit: '--state',
  watermark: '--watermark',
  end: '--ink-2',
  barrier: '--barrier',
} as const

/** Shapes tell the kinds apart where colours can't. */
const FORCED = {
  record: 'CanvasText',
  inside: 'Canvas',
  above: 'CanvasText',
  lit: 'Highlight',
  watermark: 'CanvasText',
  end: 'GrayText',
  barrier: 'CanvasText',
} as const

let known: { readonly isDark: boolean; readonly isForced: boolean; readonly colours: ElementColours } | null = null

/** As this element has them. Read when the theme changes, and once: to read a style has all of the page's worked out. */
export function coloursOf(element: HTMLElement, isDark: boolean, isForced: boolean): ElementColours {
  if (known?.isDark !== isDark || known.isForced !== isForced)
    known = { isDark, isForced, colours: readColours(element, isForced) }
  return known.colours
}

function readColours(element: HTMLElement, isForced: boolean): ElementColours {
  const probe = document.createElement('span')
  element.append(probe)
  const resolved = (value: string): string => {
    probe.style.color = value
    return getComputedStyle(probe).color
  }
  const font = `600 10.5px ${getComputedStyle(element).fontFamily}`
  const colour = (name: keyof typeof TOKENS): string => resolved(isForced ? FORCED[name] : `var(${TOKENS[name]})`)
  const colours: ElementColours = {
    record: colour('record'),
    inside: colour('inside'),
    above: colour('above'),
    lit: colour('lit'),
    watermark: colour('watermark'),
    end: colour('end'),
    barrier: colour('barrier'),
    font,
  }
  probe.remove()
  return colours
}
