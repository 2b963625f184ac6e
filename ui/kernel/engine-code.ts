// The engine's text, in a chunk of its own: fetched when a run is near, not with the page.
export { code } from '../../runtime/host/worker.ts?bundle'
