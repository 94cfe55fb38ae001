import { trimFolder } from './trim-folder.ts'

/** What the worker threads do for machinery itself. */
export const machineryTasks = {
  trimFolder: ({ folder, bytes }: { folder: string; bytes: number }): Promise<number> =>
    trimFolder(folder, bytes),
}

export type MachineryTasks = typeof machineryTasks
