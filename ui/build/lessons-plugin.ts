// `virtual:streambed-lessons`: the catalogue and the glossary, and a loader per lesson, so that a page fetches the lesson
// it shows. What is wrong with a lesson fails the build, with file, line and remedy.
import path from 'node:path'
import type { Plugin } from 'vite'
import { readLessons, type Lessons } from './lesson/lesson-folder.ts'
import { problemText } from '../../runtime/host/problem.ts'

const VIRTUAL = 'virtual:streambed-lessons'
const ONE = 'virtual:streambed-lesson/'

export function lessonsPlugin(root: string): Plugin {
  const isContent = (file: string): boolean => /[\\/](lessons|exercises)[\\/]/.test(path.relative(root, file) && file)
  // Read once for all modules: every exercise's jobs are compiled on the way.
  let lessons: Lessons | null = null
  return {
    name: 'streambed:lessons',
    buildStart: () => void (lessons = null),
    resolveId: (source) => (source === VIRTUAL || source.startsWith(ONE) ? `\0${source}` : null),
    load(id) {
      if (!id.startsWith(`\0${VIRTUAL}`) && !id.startsWith(`\0${ONE}`)) return null
      lessons ??= readLessons(root)
      const { catalogue, bundles, glossary, problems } = lessons
      if (problems.length > 0) this.error(problems.map(problemText).join('\n'))
      if (id === `\0${VIRTUAL}`) {
        const loaders = bundles.map((lesson) => `${JSON.stringify(lesson.id)}: () => import('${ONE}${lesson.id}')`)
        return [
          `export const catalogue = ${JSON.stringify(catalogue)}`,
          `export const glossary = ${JSON.stringify(glossary)}`,
          `export const loaders = { ${loaders.join(', ')} }`,
        ].join('\n')
      }
      const lesson = bundles.find((bundle) => id === `\0${ONE}${bundle.id}`)
      return `export const lesson = ${JSON.stringify(lesson)}`
    },
    handleHotUpdate({ file, server }) {
      if (!isContent(file)) return
      lessons = null
      for (const module of server.moduleGraph.idToModuleMap.values()) {
        if (module.id?.includes('virtual:streambed-lesson')) server.moduleGraph.invalidateModule(module)
      }
      server.ws.send({ type: 'full-reload' })
    },
    configureServer: (server) => void server.watcher.add(path.join(root, 'lessons')),
  }
}
