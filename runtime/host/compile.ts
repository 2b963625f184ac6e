// The compiler as the editor's worker sees it: the one door into sandbox/ that the page may use. It's no part of the
// engine's worker, which gets jobs compiled.
export { compileJob } from '../sandbox/compile.ts'
export { withPrint, type PrintProbe } from '../sandbox/print-probe.ts'
