// Pieces of the Markdown that explanations are written in.

/** Apart by a blank line. */
export function sections(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}

export function fenced(text: string, language = 'fsl'): string {
  return `\`\`\`${language}\n${text.trim()}\n\`\`\``;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
