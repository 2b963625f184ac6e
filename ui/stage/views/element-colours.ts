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

/** As they are now at this element. Read when the theme changes, never while something moves. */
export function readColours(element: HTMLElement, isForced: boolean): ElementColours {
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
