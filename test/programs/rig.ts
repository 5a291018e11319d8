// Texts to pipelines, and the keys that their steps would have: the artifacts of a step that has not run are taken to be made of
// its key, which is as good as having run it for everything but its time.
import { dirname, isAbsolute, join } from 'node:path';
import { compile } from '../../src/compiler/compile.ts';
import type { Pipeline } from '../../src/compiler/pipeline.ts';
import type * as Ast from '../../src/parser/ast.ts';
import { parse } from '../../src/parser/parse.ts';
import { printDiagnostics } from '../../src/parser/print.ts';
import { wholeSource, type Diagnostic } from '../../src/parser/diagnostic.ts';
import { sha256 } from '../../src/runtime/canonical.ts';
import { createDigester } from '../../src/runtime/digest-files.ts';
import { createFacts } from '../../src/runtime/facts.ts';
import { contentsOf } from '../../src/runtime/input-contents.ts';
import {
  actionKey,
  keyParts,
  type InputContents,
  type KeyParts,
  type MemberContents,
} from '../../src/runtime/key.ts';
import { standardRegistry } from '../../src/stages/standard-registry.ts';
import { printFile } from '../parser/trees.ts';
import { surroundingsOf } from './surroundings.ts';
import { worldOf, type Edit } from './world.ts';
import type { TemporaryFolder } from '../runtime/temporary-folder.ts';

export function programText(declarations: readonly Ast.Declaration[]): string {
  return printFile({ source: { path: '', text: '' }, declarations });
}

export function writeWorld(folder: TemporaryFolder, edits: readonly Edit[] = []): void {
  const { files: around, env } = surroundingsOf(edits);
  for (const { files } of [...worldOf(edits), { files: around }])
    for (const { path, text } of files) folder.write(path, text);
  variables.set(folder.path, env);
}

const variables = new Map<string, Readonly<Record<string, string>>>();

export interface Compiled {
  readonly pipeline: Pipeline;
  readonly warnings: readonly Diagnostic[];
}

/** Throws with the diagnostics where there are errors. */
export function compileIn(
  folder: string,
  text: string,
  params: Readonly<Record<string, string>> = {},
): Compiled {
  const { file, diagnostics: parsed } = parse({ path: 'test.fsl', text });
  const { pipeline, diagnostics } = compile(file, parsed, {
    registry: standardRegistry(),
    facts: factsOf(folder),
    params: Object.entries(params).map(([name, value]) => ({
      name,
      value: { form: 'text', text: value } as const,
      from: 'set' as const,
      span: wholeSource('<command line>', `${name}=${value}`),
      resolvePath: (path) => join(folder, path),
    })),
    resolvePath: (path, from) =>
      isAbsolute(path) ? path : join(from === undefined ? folder : dirname(from), path),
  });
  if (pipeline === undefined) throw new Error(printDiagnostics(diagnostics));
  return { pipeline, warnings: diagnostics };
}

/** Facts are remembered as long as the files stay as they are. */
const known = new Map<string, ReturnType<typeof createFacts>>();

function factsOf(folder: string): ReturnType<typeof createFacts> {
  let facts = known.get(folder);
  if (facts === undefined)
    known.set(
      folder,
      (facts = createFacts({
        display: (path) => path.slice(folder.length + 1),
        project: { folder, allowed: [] },
        env: variables.get(folder) ?? {},
      })),
    );
  return facts;
}

/** After files of it were changed. */
export function forgetFacts(folder: string): void {
  known.delete(folder);
}

export interface KeyedStep {
  readonly id: string;
  readonly parts: KeyParts;
  readonly key: string;
}

/** In the order of the pipeline. `asShown`: how the members of a comparison would be called. */
export function keysOf(
  { steps }: Pipeline,
  asShown: (member: MemberContents) => MemberContents = (member) => member,
): readonly KeyedStep[] {
  const keys = new Map<string, string>();
  const digests = createDigester(undefined);
  return steps.map((step) => {
    const inputs: Record<string, InputContents> = {};
    for (const [name, input] of Object.entries(step.inputs)) {
      const resolved = contentsOf(input, {
        digests,
        builtinVersion: (model) => `${model}-1`,
        artifact: (from, part) => {
          const digest = sha256(`${keys.get(from) ?? ''} ${part}`);
          return { type: 'dataset', digest, files: [] };
        },
      });
      if (resolved.state !== 'known') throw new Error(`${step.id} reads what is not there: ${name}`);
      const { contents } = resolved;
      const shown = 'many' in contents && step.definition.inputs[name]?.accepts === 'report';
      inputs[name] = shown ? { many: contents.many.map(asShown) } : contents;
    }
    const parts = keyParts(step, inputs);
    const key = actionKey(parts);
    keys.set(step.id, key);
    return { id: step.id, parts, key };
  });
}
