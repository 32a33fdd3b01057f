import { styleText } from 'node:util'

type Paint = (text: string) => string

/** Colours where the stream shows them: a terminal's, NO_COLOR and FORCE_COLOR considered. */
export function style(
  stream: NodeJS.WriteStream,
): Record<'bold' | 'dim' | 'red' | 'green' | 'yellow', Paint> {
  const paint =
    (format: 'bold' | 'dim' | 'red' | 'green' | 'yellow'): Paint =>
    text =>
      styleText(format, text, { stream })
  return {
    bold: paint('bold'),
    dim: paint('dim'),
    red: paint('red'),
    green: paint('green'),
    yellow: paint('yellow'),
  }
}

/** Whether what is written there is shown in colours. */
export function isColoured(stream: NodeJS.WriteStream): boolean {
  return style(stream).red('x') !== 'x'
}
