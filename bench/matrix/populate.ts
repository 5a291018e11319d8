// Fills the store of a program as if all its steps had run, with results of a few bytes in as many files as true ones have: for
// measuring a plan in which everything is cached, without an hour of training first.
//
//   node populate.mjs PROGRAM
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CheckedStep } from '../../src/compiler/pipeline.ts';
import { storedArtifact, type Action, type StoredArtifact } from '../../src/runtime/action.ts';
import { sha256 } from '../../src/runtime/canonical.ts';
import { createContext } from '../../src/runtime/cli/context.ts';
import { nodeProcess } from '../../src/runtime/cli/node-host.ts';
import { openProgram } from '../../src/runtime/cli/open-program.ts';
import { seal } from '../../src/runtime/durable.ts';
import { contentsOf } from '../../src/runtime/input-contents.ts';
import { actionKey, keyParts, type InputContents } from '../../src/runtime/key.ts';
import { remember, type PreviousStep } from '../../src/runtime/previous.ts';
import type { ArtifactType } from '../../src/stages/artifact.ts';
import { codeVersion } from '../../src/stages/registry.ts';

const files: Readonly<Record<ArtifactType, readonly string[]>> = {
  dataset: ['data.parquet', 'dataset.json'],
  model: [
    'consumed.parquet',
    'head.safetensors',
    'model.json',
    'support/data.parquet',
    'support/dataset.json',
  ],
  report: ['predictions.parquet', 'report.json'],
  files: ['file'],
};

const { host, args } = nodeProcess();
const [program = ''] = args;
const { context } = createContext(args, host, '');
const { store, pipeline, digester, registry, path } = await openProgram(context, program, {
  color: false,
  set: [],
  params: [],
  allowRead: [],
});
store.create();
const actions = new Map<string, Action>();
const remembered = new Map<string, PreviousStep>();
for (const step of pipeline.steps) {
  const parts = keyParts(step, inputsOf(step));
  const key = actionKey(parts);
  const outputs: Record<string, StoredArtifact> = {};
  for (const [part, { type }] of Object.entries(step.outputs)) outputs[part] = stored(type, `${key} ${part}`);
  const versions = { fslrun: 'bench', node: host.machine.node, platform: host.machine.platform };
  const action: Action = {
    version: 1,
    key,
    parts,
    outputs,
    seconds: 0.1,
    notes: [],
    versions,
    time: host.now(),
  };
  writeFileSync(store.path('actions', `${key}.json`), seal(action));
  actions.set(step.id, action);
  remembered.set(step.id, { key, parts, outcome: 'done', seconds: 0.1 });
}
const ids = new Set(actions.keys());
remember({ store, programFile: path, ids, steps: remembered, drafts: store.path('attempts') });

function inputsOf(step: CheckedStep): Readonly<Record<string, InputContents>> {
  const sources = {
    digests: digester,
    builtinVersion: (name: string) => codeVersion(registry.builtin(name)),
    artifact: (id: string, part: string) => actions.get(id)?.outputs[part],
  };
  const contents = Object.entries(step.inputs).map(([name, input]) => {
    const resolved = contentsOf(input, sources);
    if (resolved.state !== 'known') throw new Error(`${step.id} has no ${name}`);
    return [name, resolved.contents] as const;
  });
  return Object.fromEntries(contents);
}

/** What differs from step to step in true results differs here; descriptions of data do not. */
function stored(type: ArtifactType, identity: string): StoredArtifact {
  const written = files[type].map((name) => {
    const text = name.endsWith('dataset.json') ? name : `${identity} ${name}`;
    const digest = sha256(text);
    const object = store.objectPath(digest);
    mkdirSync(dirname(object), { recursive: true });
    writeFileSync(object, text);
    return { name, digest, size: text.length };
  });
  return storedArtifact(type, written);
}
