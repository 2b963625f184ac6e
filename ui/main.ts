// The page starts here: the notebook as it was left, the engine asleep, the editor not loaded. Nothing runs by itself.
import { mount } from 'svelte'
import App from './App.svelte'
import { EngineHost } from './kernel/engine-host.ts'
import { fraudDetection } from './lesson/fraud-detection.ts'
import { Notebook } from './notebook/notebook.svelte.ts'
import { NotebookStorage } from './notebook/notebook-storage.ts'
import { storageOrNone } from './parts/storage.ts'
import { Session } from './session.svelte.ts'
import './tokens.css'
import './page.css'

const host = new EngineHost({
  engineCode: async () => (await import('./kernel/engine-code.ts')).code,
})
const notebook = new Notebook(fraudDetection.start, new NotebookStorage(fraudDetection.id, storageOrNone()))
const target = document.getElementById('page')
if (target) mount(App, { target, props: { session: new Session(notebook, host), lesson: fraudDetection.prose } })
