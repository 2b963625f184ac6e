// One Monaco editor in the page: as tall as its text (the page scrolls, not the editor), and one that the keyboard can
// leave. The Tab key is the page's until something is typed or clicked, and again after Esc: who walks by changes nothing.
import type { Span } from '../../runtime/host/protocol.ts'
import { addressOf } from './job-worker.ts'
import { editor, Uri } from './monaco.ts'

export interface CodeEditorKeys {
  readonly onRun: () => void
  /** True if there was something to stop. */
  readonly onStop: () => boolean
  readonly onHeight: (height: number) => void
  /** The caret is on this line. */
  readonly onCaret: (line: number) => void
}

/** What the stage has to say about a line: the record is there now, or what a call gave. */
export interface LineMark {
  readonly file: string
  readonly line: number
  readonly isHand: boolean
  readonly text: string
}

export interface ScreenPoint {
  readonly x: number
  readonly y: number
}

export interface CodeEditor {
  show(name: string, label: string): void
  /** Takes the focus without moving the page; `at`: where on the screen the cursor goes. */
  focus(at?: ScreenPoint): void
  /** Puts the cursor at a place of the file shown and scrolls there. */
  goTo(span: Span): void
  /** Tints the learner's lines that the run failed on; none clears. */
  tint(spans: readonly Span[]): void
  /** Shows what the stage says about lines of this file, in place of what it said before. */
  mark(marks: readonly LineMark[]): void
  dispose(): void
}

/** Shared with the text that stands there before the editor does: nothing may move when one takes the other's place. */
export const CODE_FONT_SIZE = 13
export const CODE_LINE_HEIGHT = 21
const PADDING = 10

/** Models take this option by its flat name only, which the type of the options doesn't know. */
const plainBrackets = { 'bracketPairColorization.enabled': false }

export function createCodeEditor(element: HTMLElement, keys: CodeEditorKeys): CodeEditor {
  const code = editor.create(element, optionsFor(element))
  bindKeys(code, keys)
  code.onDidContentSizeChange(({ contentHeight, contentHeightChanged }) => {
    if (contentHeightChanged) keys.onHeight(contentHeight)
  })
  code.onDidChangeCursorPosition(({ position }) => keys.onCaret(position.lineNumber))
  const tinted = code.createDecorationsCollection()
  const marked = code.createDecorationsCollection()
  return {
    show(name, label) {
      code.setModel(editor.getModel(Uri.parse(addressOf(name))))
      code.updateOptions({ ariaLabel: label })
      keys.onHeight(code.getContentHeight())
    },
    focus(at) {
      focusAt(code, at)
      code.updateOptions({ tabFocusMode: false })
    },
    goTo(span) {
      const position = { lineNumber: span.line, column: span.column }
      code.setPosition(position)
      code.revealPositionInCenterIfOutsideViewport(position)
      code.focus()
      scrollPageTo(code, span.line)
    },
    tint: (spans) => tinted.set(spans.map(failedLine)),
    mark: (marks) => marked.set(marks.map(markedLine)),
    dispose: () => code.dispose(),
  }
}

/** How code looks and behaves: quiet, as tall as its text, and with the measures of the text before it. */
function optionsFor(element: HTMLElement): editor.IStandaloneEditorConstructionOptions {
  return {
    model: null,
    fontSize: CODE_FONT_SIZE,
    lineHeight: CODE_LINE_HEIGHT,
    fontFamily: getComputedStyle(element).getPropertyValue('--code') || 'monospace',
    fontLigatures: false,
    padding: { top: PADDING, bottom: PADDING },
    lineNumbersMinChars: 3,
    lineDecorationsWidth: 14,
    glyphMargin: false,
    folding: false,
    minimap: { enabled: false },
    overviewRulerLanes: 0,
    hideCursorInOverviewRuler: true,
    overviewRulerBorder: false,
    scrollBeyondLastLine: false,
    scrollBeyondLastColumn: 1,
    scrollbar: {
      alwaysConsumeMouseWheel: false,
      vertical: 'auto',
      horizontalScrollbarSize: 8,
      useShadows: false,
      ignoreHorizontalScrollbarInContentHeight: true,
    },
    renderLineHighlight: 'none',
    renderFinalNewline: 'on',
    stickyScroll: { enabled: false },
    fixedOverflowWidgets: true,
    automaticLayout: true,
    tabSize: 2,
    insertSpaces: true,
    detectIndentation: false,
    ...plainBrackets,
    guides: { indentation: false },
    matchBrackets: 'near',
    occurrencesHighlight: 'off',
    contextmenu: true,
    accessibilitySupport: 'auto',
    quickSuggestions: { other: true, comments: false, strings: false },
    smoothScrolling: false,
    cursorSmoothCaretAnimation: 'off',
    lightbulb: { enabled: editor.ShowLightbulbIconMode.Off },
  }
}

function focusAt(code: editor.IStandaloneCodeEditor, at: ScreenPoint | undefined): void {
  const position = at && code.getTargetAtClientPoint(at.x, at.y)?.position
  if (position) code.setPosition(position)
  // The browser brings what gets the focus into view, all of the editor, and the text would jump away from the pointer.
  const scroller = element(code).closest('[data-scroller]')
  const [pageTop, top] = [window.scrollY, scroller?.scrollTop ?? 0]
  code.focus()
  if (scroller) scroller.scrollTop = top
  window.scrollTo({ top: pageTop })
}

function failedLine(span: Span): editor.IModelDeltaDecoration {
  const range = { startLineNumber: span.line, startColumn: 1, endLineNumber: span.line, endColumn: 1 }
  return {
    range,
    options: { isWholeLine: true, className: 'failed-line', linesDecorationsClassName: 'failed-line-edge' },
  }
}

function markedLine({ line, isHand, text }: LineMark): editor.IModelDeltaDecoration {
  const range = { startLineNumber: line, startColumn: 1, endLineNumber: line, endColumn: Number.MAX_SAFE_INTEGER }
  const hand = isHand ? { className: 'hand-line', linesDecorationsClassName: 'hand-line-edge' } : {}
  const value = text === '' ? {} : { after: { content: `  ${text}`, inlineClassName: 'line-value' } }
  return { range, options: { isWholeLine: true, ...hand, ...value } }
}

function bindKeys(code: editor.IStandaloneCodeEditor, keys: CodeEditorKeys): void {
  code.addAction({
    id: 'streambed.run',
    label: 'Run',
    keybindings: [CTRL_OR_COMMAND | ENTER],
    run: keys.onRun,
  })
  // Esc first closes what Monaco has open; only then it is ours.
  code.onKeyDown((event) => {
    if (event.keyCode !== ESCAPE) {
      if (event.keyCode !== TAB && event.keyCode !== SHIFT) code.updateOptions({ tabFocusMode: false })
      return
    }
    if (
      element(code).querySelector(
        '.suggest-widget.visible, .find-widget.visible, .rename-box, .parameter-hints-widget.visible',
      )
    )
      return
    keys.onStop()
    code.updateOptions({ tabFocusMode: true })
  })
  let isPointed = false
  element(code).addEventListener('pointerdown', () => (isPointed = true), true)
  code.onMouseDown(() => code.updateOptions({ tabFocusMode: false }))
  code.onDidFocusEditorWidget(() => code.updateOptions({ tabFocusMode: !isPointed }))
  code.onDidBlurEditorWidget(() => (isPointed = false))
}

// Monaco's numbers for keys.
const CTRL_OR_COMMAND = 2048
const ENTER = 3
const ESCAPE = 9
const TAB = 2
const SHIFT = 4

function element(code: editor.IStandaloneCodeEditor): HTMLElement {
  return code.getContainerDomNode()
}

/** The editor is as tall as its text, so it is the page that must bring a line into view. */
function scrollPageTo(code: editor.IStandaloneCodeEditor, line: number): void {
  const top = element(code).getBoundingClientRect().top + code.getTopForLineNumber(line)
  const isVisible = top > 80 && top < window.innerHeight - 120
  if (isVisible) return
  const distance = top - window.innerHeight / 3
  element(code).closest('[data-scroller]')?.scrollBy({ top: distance })
  // On a narrow page it is the document that scrolls.
  window.scrollBy({ top: distance })
}
