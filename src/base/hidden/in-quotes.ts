/** What stands between the quotes that shells, YAML and languages put around a text. */
export function inQuotes(text: string): string[] {
  return [
    // YAML, SQL
    text.replaceAll("'", "''"),
    // A shell's trace, and what it lists of its variables
    text.replaceAll("'", "'\\''"),
    text.replaceAll("'", `'"'"'`),
    text.replace(/[\\"$`]/g, '\\$&'),
    // Python, JavaScript
    text.replace(/[\\']/g, '\\$&'),
  ]
}
