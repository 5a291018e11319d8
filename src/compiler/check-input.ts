// Whether what an input names is what the stage takes: a part that there is, an artifact of its type, a model that can do it.
import type { Problem } from '../parser/diagnostic.ts';
import { suggest } from '../parser/suggest.ts';
import type { Static, StaticModel } from '../stages/artifact.ts';
import type { Input, StageDefinition } from '../stages/stage.ts';
import { listWords } from './check-value.ts';
import { staticOf, type Known } from './known-artifacts.ts';
import { nameOfPart } from './name-parts.ts';
import { memberPlace, type CheckedInput } from './pipeline.ts';
import type { Program } from './program.ts';
import type { ResolvedStep } from './resolve-steps.ts';

/** Whether the input is of the declared type; reports where it is not. */
export function checkInput(
  step: ResolvedStep,
  name: string,
  input: CheckedInput,
  known: Known,
  program: Program,
): boolean {
  if (input.from === 'many')
    return input.members
      .map((member, i) => {
        const span = step.places[memberPlace(name, i)];
        const at = span === undefined ? step : { ...step, places: { ...step.places, [name]: span } };
        return checkInput(at, name, member.input, known, program);
      })
      .every(Boolean);
  const artifact = input.from === 'step' ? staticOf(input, known, program.facts) : undefined;
  if (artifact === undefined) return checkOne(step, name, input, known, program);
  // Instances that read, at one place of the program, parts of which the same is known, are checked once.
  const span = step.places[name] ?? step.span;
  let places = known.fitting.get(artifact);
  if (places === undefined) known.fitting.set(artifact, (places = new Set()));
  if (places.has(span)) return true;
  const fits = checkOne(step, name, input, known, program);
  if (fits) places.add(span);
  return fits;
}

function checkOne(
  step: ResolvedStep,
  name: string,
  input: CheckedInput,
  known: Known,
  program: Program,
): boolean {
  const declaration = step.definition.inputs[name];
  const span = step.places[name] ?? step.span;
  if (declaration === undefined) return false;
  const report = (problem: Omit<Problem, 'span'>): false => {
    program.diagnostics.add({ span, ...problem });
    return false;
  };
  if (input.from === 'folder') {
    const fact = program.facts.modelFolder(input.path);
    if (fact.state === 'wrong') return report(fact.problem);
  }
  if (input.from === 'step') {
    const source = known.steps.get(input.step);
    if (source === undefined) return false; // its kind is unknown: reported there
    if (!checkPart(source, input.part, report)) return false;
  }
  const artifact = staticOf(input, known, program.facts);
  if (artifact === undefined) return input.from === 'folder';
  if (artifact.type !== declaration.accepts) {
    const { accepts, within } = declaration;
    const takes = within === undefined ? `\`${name}\` takes a ${accepts}` : `a ${accepts} is needed here`;
    return report({
      code: 'wrong-artifact',
      message: `${takes}, and ${describeSource(input, known)} gives a ${artifact.type}`,
      hint: wrongArtifactHint(declaration, artifact, step.definition),
    });
  }
  if (artifact.type === 'dataset' && artifact.images === true && declaration.images !== true)
    return report({
      code: 'wrong-artifact',
      message: `\`${step.definition.name}\` works on texts, and ${describeSource(input, known)} gives pictures`,
      hint: `pictures are for ${kindsWithPictures(program)}`,
    });
  return artifact.type === 'model'
    ? checkCapability(artifact, wanted(declaration, step), input, known, report)
    : true;
}

/** The names of all that take pictures, for messages. */
function kindsWithPictures({ registry }: Program): string {
  const kinds = registry.kinds.filter(({ inputs }) =>
    Object.values(inputs).some(({ images }) => images === true),
  );
  return kinds.map(({ name }) => `\`${name}\``).join(', ');
}

/** What the model has to be able to do with the options that are given. */
function wanted({ capability, encoderWith = [] }: Input, { given }: ResolvedStep): Input['capability'] {
  return encoderWith.some((option) => given.has(option)) ? 'encoder' : capability;
}

function checkPart(
  source: ResolvedStep,
  part: string,
  report: (problem: Omit<Problem, 'span'>) => false,
): boolean {
  const { definition, partNames = {} } = source;
  const absent = source.complete ? (definition.absent?.(source.options) ?? []) : [];
  if (Object.hasOwn(definition.outputs, part) && !absent.includes(part)) return true;
  if (Object.values(partNames).includes(part)) return true;
  const own = Object.keys(definition.outputs).filter((name) => !absent.includes(name));
  const present = [...Object.keys(partNames), ...own];
  if (absent.includes(part)) {
    return report({
      code: 'unknown-part',
      message: `\`${source.name}\` has no part \`${part}\`, because its option \`${part}\` is not given`,
      notes: [{ span: source.span, message: `\`${source.name}\` is declared here` }],
      hint: `add \`${part}: …\` to \`${source.name}\`, or use ${present.map((name) => `\`${source.name}.${name}\``).join(', ')}`,
    });
  }
  if (part === '') {
    return report({
      code: 'unknown-part',
      message: `\`${source.name}\` gives several parts`,
      hint: `choose one: ${present.map((name) => `\`${source.name}.${name}\``).join(', ')}`,
    });
  }
  const inside = source.block?.stages.find(({ name }) => name === part.split('.')[0]);
  if (inside !== undefined && definition.block !== undefined && Object.keys(inside.handed).length === 0) {
    const { folds, held } = definition.block;
    return report({
      code: 'unknown-part',
      message: `\`${source.name}\` does not give \`${part}\`: it depends on \`${folds}.${held}\`, so it cannot be made again of all rows`,
      notes: [{ span: source.span, message: `\`${source.name}\` is declared here` }],
      hint: `use ${present.map((name) => `\`${source.name}.${name}\``).join(', ')}`,
    });
  }
  if (source.block !== undefined && !source.complete) return false; // the stage may be one of those with a mistake
  const near = suggest(part, present);
  return report({
    code: 'unknown-part',
    message: `\`${source.name}\` has no part \`${part}\``,
    notes: [{ span: source.span, message: `\`${source.name}\` is declared here` }],
    hint:
      near !== undefined && near !== ''
        ? `did you mean \`${source.name}.${near}\`?`
        : present.length === 1 && present[0] === ''
          ? `a \`${definition.name}\` gives one ${definition.outputs['']?.type ?? 'artifact'}: write \`${source.name}\``
          : `its parts are ${listWords(present)}`,
  });
}

function checkCapability(
  model: StaticModel,
  capability: Input['capability'],
  input: CheckedInput,
  known: Known,
  report: (problem: Omit<Problem, 'span'>) => false,
): boolean {
  if (capability === undefined || model.capability === capability) return true;
  if (capability === 'encoder' && model.capability === 'classifier') return true; // its encoder is taken
  if (capability === 'classifier') {
    return report({
      code: 'needs-classifier',
      message: `a classifier is needed here, and ${describeSource(input, known)} is a model of the kind \`${model.capability}\``,
      hint: 'put a `fine-tune` between them: `fine-tune m { model: …, from: parts.train }`, and name `m` here',
    });
  }
  const found = `${describeSource(input, known)} is of the kind \`${model.capability}\``;
  if (capability === 'generator')
    return report({
      code: 'wrong-artifact',
      message: `a sequence-to-sequence model in ONNX files is needed here, and ${found}`,
      hint: 'name a folder, or a model of the hub, with `onnx/encoder_model.onnx` and `onnx/decoder_model_merged.onnx`',
    });
  return report({
    code: 'wrong-artifact',
    message: `a model of the kind \`${capability}\` is needed here, and ${found}`,
    hint: 'name a model source such as "builtin:fsl-mini" or a folder',
  });
}

function describeSource(input: CheckedInput, known: Known): string {
  switch (input.from) {
    case 'step': {
      const step = known.steps.get(input.step);
      const [name, part] = [step?.name ?? input.step, nameOfPart(step ?? {}, input.part)];
      return `\`${part === '' ? name : `${name}.${part}`}\``;
    }
    case 'builtin':
      return `"builtin:${input.name}"`;
    case 'call':
      return `\`${input.call}\``;
    case 'folder':
      return 'this folder';
    case 'files':
      return 'this path';
    case 'many':
      return 'this list';
    default:
      return input satisfies never;
  }
}

function wrongArtifactHint(declaration: Input, found: Static, definition: StageDefinition): string {
  if (declaration.accepts === 'dataset' && found.type === 'model')
    return 'a model is not data: name a `load`, a part of a `split`, or an `augment`';
  if (declaration.accepts === 'report')
    return `\`${definition.name}\` reads reports: name an \`evaluate\` stage`;
  if (declaration.accepts === 'model') return 'name a `fine-tune` stage or a model source';
  return `name a stage that gives a ${declaration.accepts}`;
}
