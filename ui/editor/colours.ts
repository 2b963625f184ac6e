// The page's colours as Monaco wants them. They repeat tokens.css: Monaco takes no CSS variables, and a test compares.
import { editor } from 'monaco-editor/editor'

interface Palette {
  readonly ground: string
  readonly ink: string
  readonly secondInk: string
  readonly line: string
  readonly accent: string
  readonly accentGround: string
  readonly keyword: string
  readonly string: string
  readonly type: string
  readonly number: string
  readonly comment: string
}

export const palettes: Readonly<Record<'light' | 'dark', Palette>> = {
  light: {
    ground: '#ffffff',
    ink: '#1d2126',
    secondInk: '#656b71',
    line: '#dedcd3',
    accent: '#1f5fa8',
    accentGround: '#e5eef8',
    keyword: '#8a2c76',
    string: '#2a6a3a',
    type: '#0b6a7c',
    number: '#1f4f96',
    comment: '#656b71',
  },
  dark: {
    ground: '#1b1f23',
    ink: '#e6e7e4',
    secondInk: '#9198a0',
    line: '#2d3338',
    accent: '#7db4ee',
    accentGround: '#1a2c40',
    keyword: '#d7a0e0',
    string: '#96d29f',
    type: '#76c7d8',
    number: '#9fc3f5',
    comment: '#9198a0',
  },
}

export function themeName(isDark: boolean): string {
  return isDark ? 'streambed-dark' : 'streambed-light'
}

/** Makes both themes known to Monaco. */
export function defineThemes(): void {
  define('light', 'vs')
  define('dark', 'vs-dark')
}

function define(name: 'light' | 'dark', base: 'vs' | 'vs-dark'): void {
  const palette = palettes[name]
  const rule = (token: string, colour: string) => ({ token, foreground: colour.slice(1) })
  editor.defineTheme(`streambed-${name}`, {
    base,
    inherit: true,
    rules: [
      rule('', palette.ink),
      rule('keyword', palette.keyword),
      rule('string', palette.string),
      rule('string.escape', palette.string),
      rule('number', palette.number),
      rule('comment', palette.comment),
      rule('type.identifier', palette.type),
      rule('regexp', palette.string),
      rule('delimiter', palette.ink),
      rule('identifier', palette.ink),
    ],
    colors: {
      'editor.background': palette.ground,
      'editor.foreground': palette.ink,
      'editorLineNumber.foreground': palette.secondInk,
      'editorLineNumber.activeForeground': palette.ink,
      'editorCursor.foreground': palette.accent,
      'editor.lineHighlightBorder': '#00000000',
      'editor.lineHighlightBackground': '#00000000',
      'editor.selectionBackground': `${palette.accent}40`,
      'editorIndentGuide.background1': palette.line,
      'editorIndentGuide.activeBackground1': palette.secondInk,
      'editorWidget.background': palette.ground,
      'editorWidget.border': palette.line,
      'editorSuggestWidget.background': palette.ground,
      'editorSuggestWidget.selectedBackground': palette.accentGround,
      'editorSuggestWidget.selectedForeground': palette.ink,
      'editorSuggestWidget.highlightForeground': palette.accent,
      'editorSuggestWidget.focusHighlightForeground': palette.accent,
      'editorHoverWidget.background': palette.ground,
      'editorHoverWidget.border': palette.line,
      'widget.shadow': '#00000000',
      'scrollbar.shadow': '#00000000',
      focusBorder: palette.accent,
    },
  })
}
