/** A program for a shell as it is written, but for `\${`, which is how a template says `${`. */
export function sh({ raw }: TemplateStringsArray): string {
  return raw.join('').replaceAll('\\${', '${')
}

/** As one word of a shell, whatever is in it. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
