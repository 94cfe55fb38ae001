import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FileRequests } from './file-requests.ts'
import { serveFile, type FileSources } from './files.ts'

const folder = mkdtempSync(join(tmpdir(), 'drydock-files-'))
const [page, cache, elsewhere] = [join(folder, 'page'), join(folder, 'cache'), join(folder, 'elsewhere')]
let file = ''

beforeAll(() => {
  for (const made of [page, cache, elsewhere]) mkdirSync(made)
  writeFileSync(join(page, 'index.html'), '<!doctype html>')
  writeFileSync(join(cache, 'tile.webp'), 'pixels')
  writeFileSync(join(elsewhere, 'secret.js'), 'secret')
  writeFileSync(join(folder, 'cache-not.webp'), 'secret')
  symlinkSync(join(elsewhere, 'secret.js'), join(cache, 'link.webp'))
  symlinkSync(join(elsewhere, 'secret.js'), join(page, 'link.js'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const sources: FileSources = {
  pageFolder: page,
  devServer: null,
  fetchDev: () => Promise.reject(new Error('not asked')),
  resolvePixels: async () => ({ file, mime: 'image/webp' }),
  cacheRoots: () => [join(folder, 'gone'), cache],
}

function get(path: string, changed: Partial<FileSources> = {}): Promise<Response> {
  return serveFile({ url: `drydock://app${path}`, method: 'GET' }, { ...sources, ...changed })
}

describe('page files', () => {
  it('come with the policy that forbids everything else', async () => {
    const answer = await get('/index.html')
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe('<!doctype html>')
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("require-trusted-types-for 'script'")
    expect(policy).not.toContain('unsafe')
  })

  it.each(['/../elsewhere/secret.js', '/..%2felsewhere%2fsecret.js', '/link.js', '/none.js', '/', '/%00.js'])(
    'refuses %s',
    async (path) => {
      const answer = await get(path)
      expect(answer.status).toBe(404)
      expect(await answer.text()).not.toContain('secret')
    },
  )

  it('refuses what is not reading, and other hosts', async () => {
    expect((await serveFile({ url: 'drydock://app/index.html', method: 'POST' }, sources)).status).toBe(405)
    expect((await serveFile({ url: 'drydock://other/index.html', method: 'GET' }, sources)).status).toBe(405)
    expect((await get('/%ff')).status).toBe(400)
  })

  it('come from the development server where there is one', async () => {
    const fetchDev = async (url: string): Promise<Response> =>
      new Response(url, { headers: { 'x-vite': '1' } })
    const answer = await get('/main.ts?t=1', { devServer: 'http://127.0.0.1:5173', fetchDev })
    expect(await answer.text()).toBe('http://127.0.0.1:5173/main.ts?t=1')
    expect(answer.headers.get('x-vite')).toBe('1')
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'")
  })
})

describe('pixels', () => {
  it('come from the cache and never change', async () => {
    file = join(cache, 'tile.webp')
    const answer = await get('/p/a/image/1/rabc/thumb')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('image/webp')
    expect(answer.headers.get('cache-control')).toContain('immutable')
    expect(await answer.text()).toBe('pixels')
  })

  it.each([
    ['elsewhere/secret.js', 403],
    ['cache/link.webp', 403],
    ['cache/../elsewhere/secret.js', 403],
    ['cache-not.webp', 403],
    ['cache/evicted.webp', 404],
  ])('refuses %s', async (path, status) => {
    file = join(folder, ...path.split('/'))
    const answer = await get('/p/x')
    expect(answer.status).toBe(status)
    expect(await answer.text()).not.toContain('secret')
  })

  it('asks with the path as it was written, and passes on why there is none', async () => {
    const asked: string[] = []
    const answer = await get('/p/a%2Fb/image/1', {
      resolvePixels: async (path) => {
        asked.push(path)
        return { status: 404, reason: 'No such image.' }
      },
    })
    expect(asked).toEqual(['/p/a%2Fb/image/1'])
    expect([answer.status, await answer.text()]).toEqual([404, 'No such image.'])
  })
})

describe('file requests', () => {
  it('pair answers with questions and end with the backend', async () => {
    const sent: unknown[] = []
    const requests = new FileRequests((message) => sent.push(message))
    const [one, two, three] = ['/p/1', '/p/2', '/p/3'].map((path) => requests.resolve(path))
    requests.answer({ kind: 'file', request: 2, file: 'f', mime: 'm' })
    requests.answer({ kind: 'no-file', request: 1, status: 404, reason: 'r' })
    requests.answer({ kind: 'no-file', request: 77, status: 404, reason: 'nobody asked' })
    requests.failAll()
    expect(await one).toEqual({ status: 404, reason: 'r' })
    expect(await two).toEqual({ file: 'f', mime: 'm' })
    expect(await three).toMatchObject({ status: 503 })
    expect(sent[0]).toEqual({ kind: 'resolve-file', request: 1, path: '/p/1' })
  })
})
