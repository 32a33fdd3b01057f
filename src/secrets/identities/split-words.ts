/** The words of a command line as a POSIX shell splits them, without all else that a shell does. */
export function splitWords(line: string): string[] | undefined {
  const words: string[] = []
  let rest = line.replace(/^\s+/, '')
  while (rest !== '' && !rest.startsWith('#')) {
    let word = ''
    while (rest !== '' && !/^\s/.test(rest)) {
      const piece = PIECE.exec(rest)
      if (!piece) return undefined
      const [whole, single, double, escaped, plain] = piece
      word += single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? plain ?? ''
      rest = rest.slice(whole.length)
    }
    words.push(word)
    rest = rest.replace(/^\s+/, '')
  }
  return words
}

const PIECE = /^(?:'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+))/
