// Whether a Hugging Face folder can be used, from its config, its tokenizer and the header of its weights. Reads no weights.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readBertConfig } from '../learning/encoders/bert-config.ts';
import { storedBertWeights, storedMaskHead } from '../learning/encoders/bert-weights.ts';
import { familyOf } from '../learning/encoders/family.ts';
import { tokenizerFiles } from '../learning/encoders/tokenizer-files.ts';
import type { Fact, ModelFacts } from '../stages/facts.ts';
import { readHubSource } from '../stages/hub-source.ts';
import { sequenceFiles } from '../stages/sequence-files.ts';
import { isRecord, readJsonValue } from '../stages/tables/json.ts';
import { errorCode } from './durable.ts';
import { folderWeights, missingFile, wrongFile, type Found } from './folder-weights.ts';
import { imageModelFacts } from './image-model-facts.ts';
import { withLearnt } from './learnt-facts.ts';
import { languageFacts } from './language-facts.ts';
import { maskedWordFacts } from './masked-word-facts.ts';
import { unreadable } from './matching-files.ts';
import { withOnnx } from './model-folder.ts';
import { otherType, typesThatRun } from './model-types.ts';

/** Types of a tokenizer's model that can be run. */
const tokenizers = ['WordPiece', 'BPE', 'Unigram'];

export function modelFacts(folder: string, display: (path: string) => string): Fact<ModelFacts> {
  const wrong = (problem: Found): Fact<never> => ({ state: 'wrong', problem });
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') return unreadable(folder, error, display);
    return wrong(noFolder(display(folder)));
  }
  try {
    const images = imageModelFacts(folder, names, display);
    if (images !== undefined) return withLearnt(images, folder, names, display);
    if (sequenceFiles(withOnnx(folder, names)) !== undefined) return writerFacts(folder, names, display);
    const config = readConfig(folder, names, display);
    if (config.state === 'wrong') return wrong(config.problem);
    const weights = weightsFound(folder, names, display, config.json);
    const problem = weights.problem ?? tokenizerProblem(folder, names, display);
    if (problem !== undefined) return wrong(problem);
    const { masked, layers } = weights;
    const known: ModelFacts = { capability: 'encoder', images: false, labels: undefined, masked, layers };
    const value = masked ? { ...known, word: maskedWordFacts(folder) } : known;
    return withLearnt({ state: 'known', value }, folder, names, display);
  } catch (error) {
    return unreadable(folder, error, display);
  }
}

function noFolder(shown: string): Found {
  const named = shown.split('/').length === 2 && readHubSource(`hf:${shown}`) !== undefined;
  const hub = named ? `for a model on the Hugging Face hub write "hf:${shown}"; else ` : '';
  return {
    code: 'missing-file',
    message: `there is no model folder \`${shown}\``,
    hint: `${hub}give the path of a folder with \`config.json\`, \`tokenizer.json\` and \`model.safetensors\`; in the place of the last, models that write texts have ONNX files`,
  };
}

type Display = (path: string) => string;

/** Of a sequence-to-sequence model in ONNX files. */
function writerFacts(folder: string, names: readonly string[], display: Display): Fact<ModelFacts> {
  const config = names.includes('config.json')
    ? undefined
    : missingFile(folder, 'config.json', display, 'copy it from where the model comes from');
  const problem = config ?? tokenizerProblem(folder, names, display);
  if (problem !== undefined) return { state: 'wrong', problem };
  const value: ModelFacts = {
    capability: 'generator',
    images: false,
    trainable: false,
    labels: undefined,
    language: languageFacts(folder),
  };
  return { state: 'known', value };
}

type Config =
  | { readonly state: 'known'; readonly json: Readonly<Record<string, unknown>> }
  | { readonly state: 'wrong'; readonly problem: Found };

function readConfig(folder: string, names: readonly string[], display: Display): Config {
  const wrong = (problem: Found): Config => ({ state: 'wrong', problem });
  if (!names.includes('config.json'))
    return wrong(
      missingFile(folder, 'config.json', display, 'save the model with `model.save_pretrained("folder")`'),
    );
  const path = join(folder, 'config.json');
  const json = readJsonValue({ name: display(path), bytes: readFileSync(path) });
  if (json.state === 'unreadable') return wrong({ ...json.problem, code: 'bad-model' });
  const config = isRecord(json.value) ? json.value : {};
  const type = config['model_type'];
  if (familyOf(type) !== undefined) return { state: 'known', json: config };
  return wrong({
    code: 'bad-model',
    message:
      typeof type === 'string'
        ? otherType(display(folder), type)
        : `\`${display(path)}\` does not say what \`model_type\` the model has`,
    hint: typesThatRun,
  });
}

function tokenizerProblem(folder: string, names: readonly string[], display: Display): Found | undefined {
  const [file] = tokenizerFiles(names);
  if (file === undefined) {
    const sentencePiece = names.find((name) => /^(sentencepiece\.bpe|spiece|spm)\.model$/.test(name));
    const hint =
      sentencePiece === undefined
        ? ''
        : `the tokenizer is there as \`${sentencePiece}\`, which FSL does not read: `;
    return missingFile(
      folder,
      'tokenizer.json',
      display,
      `${hint}save it with \`AutoTokenizer.from_pretrained("…", use_fast=True).save_pretrained("folder")\``,
    );
  }
  if (file !== 'tokenizer.json') return undefined;
  const path = join(folder, 'tokenizer.json');
  const json = readJsonValue({ name: display(path), bytes: readFileSync(path) });
  if (json.state === 'unreadable') return { ...json.problem, code: 'bad-model' };
  const model = isRecord(json.value) ? json.value['model'] : undefined;
  const type = isRecord(model) ? model['type'] : undefined;
  // Files of old versions of the library do not name the type; their vocabulary tells it.
  if (isRecord(model) && (type === undefined ? 'vocab' in model : tokenizers.some((known) => known === type)))
    return undefined;
  return {
    code: 'bad-model',
    message:
      type === undefined
        ? `\`${display(path)}\` does not say what \`model\` the tokenizer has`
        : `the tokenizer of \`${display(path)}\` is of type ${JSON.stringify(type)}, which FSL does not run`,
    hint: `it should be the file that the tokenizers library writes; the types that run are ${tokenizers.map((name) => `\`${name}\``).join(', ')}`,
  };
}

interface FoundWeights {
  readonly problem?: Found;
  /** Whether the head of a masked language model is among them. */
  readonly masked: boolean;
  /** Those that have weights of their own. */
  readonly layers?: number;
}

function weightsFound(
  folder: string,
  names: readonly string[],
  display: Display,
  config: Readonly<Record<string, unknown>>,
): FoundWeights {
  try {
    const { shapes, file } = folderWeights(folder, names);
    const read = readBertConfig(config, 'config.json');
    const parts = [...storedBertWeights(shapes, read, file).values()].map(({ part }) => part);
    const layers = parts.reduce<number>(
      (most, part) => (typeof part === 'number' ? Math.max(most, part + 1) : most),
      0,
    );
    return { layers, masked: storedMaskHead(shapes, read, file) !== undefined };
  } catch (error) {
    return { problem: wrongFile(error, folder, display), masked: false };
  }
}
