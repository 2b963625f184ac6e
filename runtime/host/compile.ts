// The compiler as the editor's worker sees it: the one door into sandbox/ that the page may use.
export { compileJob } from '../sandbox/compile.ts'
