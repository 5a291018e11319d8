// Reads programs with grammar/fsl.tmLanguage.json in the engine that editors use.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';

export interface ScopedToken {
  readonly text: string;
  /** In the program, in UTF-16 units. */
  readonly start: number;
  /** From the outermost, without `source.fsl`. */
  readonly scopes: readonly string[];
}

export type Tokenize = (program: string) => readonly ScopedToken[];

const file = join(import.meta.dirname, '..', '..', 'grammar', 'fsl.tmLanguage.json');

export async function openGrammar(): Promise<Tokenize> {
  const wasm = createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm');
  await oniguruma.loadWASM(readFileSync(wasm));
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(readFileSync(file, 'utf8'), file),
  });
  const grammar = await registry.loadGrammar('source.fsl');
  if (grammar === null) throw new Error('no grammar');
  return (program) => {
    const tokens: ScopedToken[] = [];
    let stack = textmate.INITIAL;
    let offset = 0;
    for (const line of program.split('\n')) {
      const read = grammar.tokenizeLine(line, stack);
      stack = read.ruleStack;
      for (const { startIndex, endIndex, scopes } of read.tokens) {
        const text = line.slice(startIndex, endIndex);
        if (text.trim() !== '') tokens.push({ text, start: offset + startIndex, scopes: scopes.slice(1) });
      }
      offset += line.length + 1;
    }
    return tokens;
  };
}
