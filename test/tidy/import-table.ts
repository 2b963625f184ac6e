// Who may import whom: the law of which STYLE.md's table is the picture. A room is a folder of runtime/, or one of the
// names below for what lies outside. `base` may be imported by every room of runtime.

/** Rooms of runtime/ and the rooms each may import beside itself. Planning can't see running, running can't see planning. */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  base: [],
  record: ['base'],
  trace: ['base', 'record'],
  kernel: ['base', 'record', 'trace'],
  state: ['base', 'record', 'trace'],
  operators: ['base', 'record', 'trace', 'state'],
  connectors: ['base', 'record', 'trace', 'state', 'operators'],
  graph: ['base', 'record', 'trace', 'state', 'operators', 'connectors'],
  api: ['base', 'record', 'trace', 'state', 'operators', 'connectors', 'graph'],
  table: ['base', 'record', 'trace', 'state', 'operators', 'connectors', 'graph', 'api'],
  network: ['base', 'record', 'trace', 'kernel'],
  task: ['base', 'record', 'trace', 'kernel', 'state', 'operators', 'connectors', 'graph', 'network'],
  checkpoint: ['base', 'record', 'trace', 'kernel', 'state', 'network'],
  cluster: [
    ...['base', 'record', 'trace', 'kernel', 'state', 'operators', 'connectors', 'graph'],
    ...['network', 'task', 'checkpoint'],
  ],
  travel: [
    ...['base', 'record', 'trace', 'kernel', 'state', 'operators', 'connectors', 'graph'],
    ...['network', 'task', 'checkpoint', 'cluster'],
  ],
  check: ['base', 'trace', 'cluster', 'travel'],
  rest: [
    ...['base', 'record', 'trace', 'kernel', 'state', 'operators', 'connectors', 'graph'],
    ...['network', 'task', 'checkpoint', 'cluster'],
  ],
  sandbox: ['base'],
  messages: ['base'],
  host: [
    ...['index', 'base', 'record', 'trace', 'kernel', 'state', 'operators', 'connectors', 'graph', 'api', 'table'],
    ...['network', 'task', 'checkpoint', 'cluster', 'travel', 'check', 'rest', 'sandbox', 'messages'],
  ],
  // runtime/index.ts: what a job imports.
  index: ['api', 'table', 'connectors', 'graph', 'operators', 'state', 'record', 'base'],
}

/** The only files outside ui/ that files of ui/ may import, and which. */
export const uiDoors: readonly { readonly from: RegExp; readonly to: RegExp }[] = [
  { from: /^ui\//, to: /^runtime\/host\/protocol\.ts$/ },
  // Not the texts beside it, which are the command line's.
  { from: /^ui\//, to: /^runtime\/messages\/index\.ts$/ },
  // The address of the engine's bundle, not its code.
  { from: /^ui\/kernel\//, to: /^runtime\/host\/worker\.ts\?bundle$/ },
  { from: /^ui\/editor\/ts\.worker\.ts$/, to: /^runtime\/host\/compile\.ts$/ },
  { from: /^ui\/editor\/monaco\.ts$/, to: /^runtime\/host\/learner-globals\.ts$/ },
  // Content is read when the page is built, as the command line reads it.
  { from: /^ui\/build\//, to: /^runtime\/host\/(problem|input-file|exercise-folder)\.ts$/ },
  // Lessons are data.
  { from: /^ui\//, to: /^lessons\/.*\?raw$/ },
]

/** Packages that a room may import. `types` only where it says so. Rooms not named here import none. */
export const packages: readonly { readonly from: RegExp; readonly names: RegExp; readonly typesOnly?: true }[] = [
  { from: /^runtime\/host\//, names: /^(comlink|typescript|ts-blank-space|yaml|node:.+)$/ },
  { from: /^runtime\/sandbox\//, names: /^(typescript|ts-blank-space)$/, typesOnly: true },
  { from: /^ui\/build\//, names: /^(vite|rollup|rollup-plugin-dts|typescript|node:.+)$/ },
  // Lessons are read when the page is built; none of this reaches it.
  { from: /^ui\/build\/lesson\//, names: /^(unified|remark-.+|mdast|mdast-util-directive|yaml|node:.+)$/ },
  {
    from: /^ui\//,
    names:
      /^(svelte(\/.+)?|d3|comlink|idb|monaco-editor\/.+|typescript(\/.+)?|ts-blank-space|virtual:streambed-.+|@sqlite\.org\/.+)$/,
  },
]

/** The room of a file of runtime/. */
export function roomOf(file: string): string {
  if (file === 'runtime/index.ts') return 'index'
  return file.split('/')[1] ?? ''
}
