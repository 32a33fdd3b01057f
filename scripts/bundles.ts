import type { InputOptions, OutputOptions } from 'rolldown'

export interface Bundle {
  name: 'cli' | 'daemon'
  input: InputOptions
  output: OutputOptions
}

const common: InputOptions = {
  platform: 'node',
  cwd: new URL('..', import.meta.url).pathname,
  // Optional native parts of the ssh client: it works without them.
  external: [/cpu-features/, /\.node$/],
  logLevel: 'warn',
}

export const bundles: Bundle[] = [
  {
    name: 'cli',
    input: { ...common, input: { cli: 'src/cli/entry.ts' } },
    // CommonJS: importing Node's own modules from ESM costs milliseconds that `devk status` does not have.
    output: { dir: 'dist', format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'cli-[name].cjs' },
  },
  {
    name: 'daemon',
    input: { ...common, input: { daemon: 'src/daemon/main.ts' } },
    output: { dir: 'dist', format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'daemon-[name].js' },
  },
]
