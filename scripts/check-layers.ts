import { glob, readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import { parseAst } from 'rolldown/parseAst'
import { bundles } from './bundles.ts'
import { heavy, type Import, importFaults } from './layers.ts'

/** Checks the house: imports go down only, without cycles, and the thin bundle holds nothing heavy. */
const src = resolve(import.meta.dirname, '../src')
const faults = [...importFaults(await readImports()), ...(await thinBundleFaults())]
for (const fault of faults) console.error(fault)
console.error(faults.length === 0 ? 'Layers: as they should be.' : `Layers: ${faults.length} faults.`)
process.exitCode = faults.length === 0 ? 0 : 1

async function readImports(): Promise<Import[]> {
  const imports: Import[] = []
  for await (const file of glob('**/*.ts', { cwd: src })) {
    const text = await readFile(join(src, file), 'utf8')
    for (const { specifier, start } of specifiers(text)) {
      if (!specifier.startsWith('.') || !specifier.endsWith('.ts')) continue
      const line = text.slice(0, start).split('\n').length
      imports.push({ from: file, to: relative(src, resolve(src, file, '..', specifier)), line })
    }
  }
  return imports
}

/** Every module that a file names, for values or types, at the top or by a dynamic import. */
function specifiers(text: string): { specifier: string; start: number }[] {
  const found: { specifier: string; start: number }[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    if ('source' in node && isLiteral(node.source)) {
      found.push({ specifier: node.source.value, start: node.source.start })
    }
    for (const value of Object.values(node)) visit(value)
  }
  visit(parseAst(text, { lang: 'ts' }).body)
  return found
}

function isLiteral(node: unknown): node is { value: string; start: number } {
  return typeof node === 'object' && node !== null && 'value' in node && typeof node.value === 'string'
}

/** What the bundler really puts in, not what the source seems to say. */
async function thinBundleFaults(): Promise<string[]> {
  const thin = bundles.find(bundle => bundle.name === 'cli')
  if (!thin) return ['there is no bundle named cli']
  await using bundle = await rolldown(thin.input)
  const { output } = await bundle.generate(thin.output)
  const modules = output.flatMap(chunk => (chunk.type === 'chunk' ? chunk.moduleIds : []))
  return heavy
    .filter(name => modules.some(module => module.includes(`/node_modules/${name}/`)))
    .map(name => `the thin bundle holds ${name}`)
}
