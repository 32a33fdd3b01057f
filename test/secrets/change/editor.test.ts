import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { editorOf } from '../../../src/secrets/change/editor.ts'

let PATH: string

beforeAll(async () => {
  PATH = await mkdtemp(join(tmpdir(), 'devk-editors-'))
  for (const name of ['vim.basic', 'nano']) {
    await writeFile(join(PATH, name), '')
    await chmod(join(PATH, name), 0o700)
  }
})
afterAll(async () => await rm(PATH, { recursive: true }))

it('is the one that the user names, with its arguments, and otherwise one that there is', async () => {
  expect(await editorOf({ PATH, SOPS_EDITOR: "code --wait 'a b'", EDITOR: 'nano' })).toEqual([
    'code',
    '--wait',
    'a b',
  ])
  expect(await editorOf({ PATH, VISUAL: 'emacs', EDITOR: 'nano' })).toEqual(['emacs'])
  expect(await editorOf({ PATH, EDITOR: ' ' })).toEqual([join(PATH, 'nano')])
  await expect(editorOf({ PATH: '/nowhere' })).rejects.toMatchObject({ code: 'EDITOR_MISSING' })
})

it('leaves nothing in the user’s home where it is vim, by whatever name', async () => {
  await symlink('vim.basic', join(PATH, 'vi'))
  for (const env of [{ PATH }, { PATH, EDITOR: 'vi -Z' }, { PATH, EDITOR: 'nvim' }]) {
    expect((await editorOf(env)).slice(1, 4)).toEqual(['-i', 'NONE', '-n'])
  }
  expect((await editorOf({ PATH, EDITOR: 'vi -Z' })).at(-1)).toBe('-Z')
})
