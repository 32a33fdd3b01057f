import { expect, it } from 'vitest'
import { baseImages, targetIndex } from '../../../src/docker/build/base-images.ts'
import { parseDockerfile } from '../../../src/docker/build/dockerfile.ts'

interface Options {
  target?: string
  args?: Record<string, string>
  platforms?: string[]
}

const images = (text: string, { target, args = {}, platforms = [] }: Options = {}) =>
  baseImages(parseDockerfile(text), { target, args, platforms })

it('takes the image after FROM, whatever flags, case and comments stand around it', () => {
  expect(images('\uFEFF# a comment\n\nfrom --platform=linux/amd64 node:24-slim as build\r\n')).toEqual([
    'node:24-slim',
  ])
})

it('leaves out stages and scratch, and takes the images of COPY --from and RUN --mount', () => {
  const text = `
FROM golang:1.24 AS Build
RUN --mount=type=cache,target=/root --mount=type=bind,from=tools:2,target=/tools go build
FROM scratch
COPY --chown=1:1 --from=build /app /app
COPY --from=certs:1 /etc/ssl /etc/ssl
COPY --from=0 /x /x`
  expect(images(text)).toEqual(['golang:1.24', 'tools:2', 'certs:1'])
})

it('takes only what the target needs', () => {
  const text = `
FROM node:24 AS deps
FROM deps AS dev
RUN --mount=from=linter:1 lint
FROM nginx:1 AS prod
COPY --from=deps /a /a
FROM debug:1 AS debug`
  expect(images(text, { target: 'dev' })).toEqual(['node:24', 'linter:1'])
  expect(images(text, { target: 'PROD' })).toEqual(['nginx:1', 'node:24'])
  expect(images(text, { target: '0' })).toEqual(['node:24'])
  expect(images(text)).toEqual(['debug:1'])
})

it('a stage is known only to what comes after it', () => {
  expect(images('FROM later AS a\nFROM a AS later')).toEqual(['later'])
})

it.each([
  ['ARG V=24\nFROM node:$V', {}, ['node:24']],
  ['ARG V=24\nFROM node:$' + '{V}-slim', { V: '22' }, ['node:22-slim']],
  ['ARG V\nFROM node:$' + '{V:-20}', {}, ['node:20']],
  ['ARG V=\nFROM node:$' + '{V:-20}', {}, ['node:20']],
  ['ARG V=\nFROM node:x$' + '{V-20}', {}, ['node:x']],
  ['ARG V=1\nFROM node:x$' + '{V:+y}$' + '{W+z}', {}, ['node:xy']],
  [
    'ARG R=docker.io/library\nARG I="$' + '{R}/node"\nFROM $' + '{I:-$' + '{R}/x}',
    {},
    ['docker.io/library/node'],
  ],
  ["ARG V='1'  W=2\nFROM a:$V.$W", {}, ['a:1.2']],
  ['ARG A\nFROM a:\\$A', {}, []],
  ['ARG A\nFROM x$A', { A: '$A' }, []],
  ['ARG A\nFROM $A', {}, []],
  ['FROM base:$TARGETARCH', {}, ['base:arm64']],
])('fills in %j with %o', (text, args, expected) => {
  expect(images(text, { args, platforms: ['linux/arm64'] })).toEqual(expected)
})

it('joins continued lines, over comments and empty lines, by the escape that the file asks for', () => {
  expect(images('FROM \\\n  # why\n\n  node:24 \\ \n  AS x')).toEqual(['node:24'])
  expect(images('# escape=`\nFROM `\n node:24')).toEqual(['node:24'])
})

it('reads no instruction in a here-document', () => {
  const text = [
    'FROM a:1',
    'RUN <<EOF cat <<-"TWO"',
    'FROM b:1',
    'EOF',
    '\tFROM c:1',
    '\tTWO',
    'COPY <<EOF /x',
    'FROM d:1',
    'EOF',
    'COPY --from=e:1 /x /x',
  ]
  expect(images(text.join('\n'))).toEqual(['a:1', 'e:1'])
})

it('finds a target by its name in any case or by its number', () => {
  const parsed = parseDockerfile('FROM a AS One\nFROM b')
  expect([undefined, 'one', '0', '1', '2', 'two'].map(target => targetIndex(parsed, target))).toEqual([
    1,
    0,
    0,
    1,
    undefined,
    undefined,
  ])
})
