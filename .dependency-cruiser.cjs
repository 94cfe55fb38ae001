/**
 * Who may import whom. The folders are layers: what is lower knows nothing of what is higher, so that each can be
 * read, tested and replaced alone. `npm run check` holds it.
 */

const tests = '\\.(test|bench)\\.|^src-main/testing/'

/** folder of src-main -> what it may import of src-main, beside itself, and why no more */
const layers = {
  contract: [[], 'it is what crosses a process boundary: every process reads it, so it may need nothing'],
  core: [['contract'], 'it is pure functions that run in any process, the page included'],
  model: [['core', 'contract'], 'it is the tfjs part alone, handed a `tf`'],
  imaging: [['core', 'contract'], 'it turns files into pixels and knows no project'],
  formats: [['core', 'contract'], 'it turns files into labels and knows no project'],
  store: [['core', 'contract'], 'it keeps rows and knows no use case'],
  engine: [['model', 'core', 'contract'], 'it is expendable: what must last lives in other processes'],
  services: [
    ['core', 'contract', 'imaging', 'formats', 'store'],
    'they reach the engine only through its port in contract/engine.ts, so that a crash in it is an error and not an end',
  ],
  backend: [['services', 'core', 'contract'], 'it only wires services to the contract'],
  cli: [['services', 'core', 'contract'], 'it only wires services to a terminal'],
  shell: [
    ['core', 'contract'],
    'it holds windows and doors; SQLite, images and tfjs in it would freeze or kill the window',
  ],
  preload: [['core', 'contract'], 'it runs beside the page, in the sandbox'],
  setup: [[], 'it runs before anything else is there'],
}

/** folders that may ask locations.ts where things lie, and write files by whole-file.ts */
const placed = [
  'model',
  'imaging',
  'formats',
  'store',
  'engine',
  'services',
  'backend',
  'cli',
  'shell',
  'preload',
]

const layerRules = Object.entries(layers).map(([folder, [allowed, why]]) => {
  const reachable = [folder, ...allowed].map((name) => `^src-main/${name}/`)
  if (placed.includes(folder)) reachable.push('^src-main/(locations|whole-file)\\.ts$')
  return {
    name: `layers-${folder}`,
    severity: 'error',
    comment: `${folder} may import ${allowed.join(', ') || 'nothing else of the project'}: ${why}.`,
    from: { path: `^src-main/${folder}/`, pathNot: tests },
    to: { path: '^src-(main|renderer)/', pathNot: reachable },
  }
})

/** room of services -> the rooms that it may import beside itself, and why no more */
const rooms = {
  machinery: [[], 'every room stands on it, so it knows of none'],
  images: [['machinery'], 'an image is there before anything is marked, predicted or scored on it'],
  score: [['machinery', 'images'], 'a score follows from truth and predictions, whoever made them'],
  annotate: [['machinery', 'images', 'score'], 'people mark with or without a model'],
  predict: [['machinery', 'images', 'score'], 'a model looks at images whether or not anyone marks them'],
  train: [
    ['machinery', 'images', 'score', 'annotate', 'predict'],
    'it makes model versions from what is in the project, wherever that came from',
  ],
  exchange: [
    ['machinery', 'images', 'score', 'annotate', 'predict'],
    'labels come in and go out whether or not anyone trains',
  ],
  review: [
    ['machinery', 'images', 'score', 'annotate', 'predict'],
    'it looks at labels and predictions as they are, wherever they came from',
  ],
  projects: [
    ['machinery', 'images', 'score', 'annotate', 'predict', 'train', 'exchange', 'review'],
    'it stands above all rooms, and only services/worker.ts, which puts their tasks together, lies beside it',
  ],
}

const roomRules = Object.entries(rooms).map(([room, [allowed, why]]) => ({
  name: `rooms-${room}`,
  severity: 'error',
  comment: `services/${room} may import the rooms ${allowed.join(', ') || '(none)'}: ${why}.`,
  from: { path: `^src-main/services/${room}/`, pathNot: tests },
  to: {
    path: '^src-main/services/',
    pathNot: [room, ...allowed].map((name) => `^src-main/services/${name}/`),
  },
}))

/** package -> the only folders that load it, and why */
const owned = [
  [
    '@tensorflow/',
    '^src-main/(model|engine)/',
    'a tfjs operation blocks its process, so only the engine may run one',
  ],
  ['better-sqlite3', '^src-main/store/', 'every statement lives in the store'],
  ['(sharp|geotiff)', '^src-main/imaging/', 'all pixels are decoded in one place, orientation applied'],
  [
    'electron',
    '^src-main/(shell|preload|setup/electron-loader)/',
    'the other processes are plain Node or the page',
  ],
  ['proj4', '^src-main/core/places/', 'places are computed in one place'],
  ['(svelte|konva)', '^src-renderer/', 'only the page draws'],
]

const packageRules = owned.map(([name, folders, why]) => ({
  name: `package-${name.replace(/\W+/g, '-').replace(/^-|-$/g, '')}`,
  severity: 'error',
  comment: `Only ${folders.replace(/[\^()]/g, '')} loads it: ${why}.`,
  from: { path: '^src-(main|renderer)/', pathNot: [folders, tests] },
  to: { path: `(^|node_modules/)${name}${name.endsWith('/') ? '' : '(/|$)'}` },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    ...packageRules,
    ...roomRules,
    {
      name: 'rooms-named',
      severity: 'error',
      comment:
        'A file of services lies in a room that the rules know; only the entry of the workers lies beside them.',
      from: {},
      to: {
        path: '^src-main/services/',
        pathNot: [
          '^src-main/services/worker\\.ts$',
          ...Object.keys(rooms).map((room) => `^src-main/services/${room}/`),
        ],
      },
    },
    {
      name: 'layers-renderer',
      severity: 'error',
      comment:
        'The page may import core and contract: it runs in a sandbox and reaches all else through the contract.',
      from: { path: '^src-renderer/', pathNot: tests },
      to: { path: '^src-main/', pathNot: '^src-main/(core|contract)/' },
    },
    {
      name: 'page-without-schemas',
      severity: 'error',
      comment:
        "The page, and core in it, take types alone from the schemas: zod makes functions of text, which the page's policy forbids.",
      from: { path: '^src-renderer/|^src-main/core/', pathNot: tests },
      to: {
        path: '^src-main/contract/(wire|wire/[a-z-]+|engine|engine-messages|backend|shell)[.]ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'pure-core',
      severity: 'error',
      comment: 'contract, core and the page run where Node is not: they may not load what Node has built in.',
      from: { path: '^src-main/(contract|core)/|^src-renderer/', pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'testing-only-from-tests',
      severity: 'error',
      comment: 'Builders and synthetic projects for tests have no place in the product.',
      from: { path: '^src-(main|renderer)/', pathNot: tests },
      to: { path: '^src-main/testing/' },
    },
    {
      name: 'no-tests-in-the-product',
      severity: 'error',
      comment: 'A test file registers tests when it is loaded.',
      from: { path: '^src-(main|renderer)/' },
      to: { path: '\\.test\\.ts$' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Two files that need each other are one file, or hide a third. Types alone may.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'The import names nothing that exists.',
      from: { path: '^src-(main|renderer)/', pathNot: '\\.svelte$' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'svelte', 'node', 'default', 'types'],
    },
  },
}
