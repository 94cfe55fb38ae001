import { createORPCClient, type ClientLink } from '@orpc/client'
import { isRecord } from '../../src-main/contract/record.ts'
import type { Client } from '../client/index.ts'
import { projectClient } from '../client/project-client.ts'

interface Parts {
  backend?: object
  shell?: object
  onBackendRestart?: Client['onBackendRestart']
}

/** For tests: a client over plain functions, by the contract's names. It ends no call: what is asked for may always be answered late. */
export function fakeClient({
  backend = {},
  shell = {},
  onBackendRestart = () => () => undefined,
}: Parts): Client {
  return {
    backend: createORPCClient(linkTo(backend)),
    shell: createORPCClient(linkTo(shell)),
    inProject: (project, left) => projectClient(linkTo(backend), project, left),
    onBackendRestart,
  }
}

function linkTo(functions: object): ClientLink<Record<never, never>> {
  return {
    call: async (path, input, options) => {
      const found = path.reduce<unknown>((at, name) => (isRecord(at) ? at[name] : undefined), functions)
      if (typeof found !== 'function') throw new Error(`this fake has no ${path.join('.')}`)
      return Reflect.apply(found, undefined, [input, options]) as unknown
    },
  }
}
