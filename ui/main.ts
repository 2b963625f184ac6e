// The page starts here: the lesson that the address names, as it was left, the engine asleep, the editor not loaded.
// Nothing runs by itself.
import { mount } from 'svelte'
import App from './App.svelte'
import { language } from './i18n/language.svelte.ts'
import { keeper } from './keep/keep.svelte.ts'
import { EngineHost } from './kernel/engine-host.ts'
import { LessonAnswers } from './lesson/lesson-answers.svelte.ts'
import { loadLesson, pageIds } from './lesson/lesson-catalogue.ts'
import { PLAYGROUND, pageOf } from './lesson/route.ts'
import { jobFrom, type JobFiles } from './notebook/job-files.ts'
import { Notebook } from './notebook/notebook.svelte.ts'
import { NotebookStorage } from './notebook/notebook-storage.ts'
import { Session } from './session.svelte.ts'
import { momentIn } from './share/moment-link.ts'
import { MomentOffer } from './share/moment-offer.svelte.ts'
import './tokens.css'
import './page.css'

/** Whose job the playground begins with. */
const PLAYGROUND_LESSON = 'fraud-detection/remember'
const PLAYGROUND_JOB = 'FraudDetectionJob.ts'

const host = new EngineHost({
  engineCode: async () => (await import('./kernel/engine-code.ts')).code,
  sqliteFiles: async () => (await import('./kernel/sqlite-files.ts')).sqliteFiles(),
})
const page = pageOf(location.hash, pageIds)
const target = document.getElementById('page')

async function openSession(): Promise<Session> {
  const isPlayground = page.id === PLAYGROUND
  const [bundle] = await Promise.all([loadLesson(isPlayground ? PLAYGROUND_LESSON : page.id), keeper.load()])
  const jobs = bundle.texts.en.blocks.flatMap((block) => (block.kind === 'run' ? [block.job] : []))
  const whole: JobFiles = { files: bundle.files, entry: jobs[0] ?? PLAYGROUND_JOB }
  const original = isPlayground ? jobFrom(bundle.files, PLAYGROUND_JOB) : whole
  const notebook = new Notebook(original, new NotebookStorage(page.id, original, keeper))
  return new Session(notebook, host, isPlayground ? null : { bundle, answers: new LessonAnswers(page.id) })
}

window.addEventListener('hashchange', () => {
  if (pageOf(location.hash, pageIds).id !== page.id || momentIn(location.hash) !== null) location.reload()
})

if (target) {
  openSession().then(
    (session) => {
      const offer = new MomentOffer(session, page)
      void offer.read(location.hash)
      mount(App, { target, props: { session, offer, pageId: page.id, isUnknown: page.isUnknown } })
    },
    () => {
      const notice = document.createElement('p')
      notice.role = 'alert'
      notice.textContent = language.t.lesson.failed
      notice.style.padding = '24px'
      target.append(notice)
    },
  )
}
