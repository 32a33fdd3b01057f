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

// CommonJS: importing Node's own modules from ESM loads all that they export, milliseconds that `devk status` does not
// have. ASCII: V8 keeps a source with one other character in twice the memory.
const format: OutputOptions = {
  dir: 'dist',
  format: 'cjs',
  charset: 'ascii',
  comments: { legal: true, annotation: false, jsdoc: false },
  entryFileNames: '[name].cjs',
}

export const bundles: Bundle[] = [
  {
    name: 'cli',
    input: { ...common, input: { cli: 'src/cli/entry.ts' } },
    output: { ...format, chunkFileNames: 'cli-[name].cjs' },
  },
  {
    name: 'daemon',
    input: {
      ...common,
      input: { daemon: 'src/daemon/main.ts' },
      // What is loaded and never called: dockerode's own BuildKit session (Docker's client builds the images), and the
      // Kubernetes client's way to speak to the API server (devk has its own).
      resolve: {
        alias: { '@grpc/grpc-js': false, '@grpc/proto-loader': false, protobufjs: false, undici: false },
      },
      // Of the Kubernetes client only what reads and applies a kubeconfig: its models alone are 10 MB of memory.
      treeshake: { moduleSideEffects: [{ test: /@kubernetes\/client-node/, sideEffects: false }] },
    },
    output: { ...format, chunkFileNames: 'daemon-[name].cjs' },
  },
]
