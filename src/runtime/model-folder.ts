// Which files of a Hugging Face model folder say what the model computes. The others (cards, pictures, other formats) may change.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tokenizerFiles } from '../learning/encoders/tokenizer-files.ts';
import { sequenceModelFiles } from '../stages/sequence-files.ts';
import { huggingFaceFiles, imageFolderKind, type ImageModelKind } from '../stages/image-model.ts';
import { compareCodePoints } from '../stages/code-point-order.ts';
import { errorCode } from './durable.ts';
import { learnerFile, metaFile, metaWeightsFile } from '../stages/meta-description.ts';
import { learntFile } from '../stages/meta-learnt.ts';

const files =
  /^(config|tokenizer|tokenizer_config|special_tokens_map|modules|sentence_bert_config|config_sentence_transformers)\.json$|\.safetensors$|\.safetensors\.index\.json$/;
/** Models of TensorFlow.js: the model, its weights, and what Teachable Machine says of it. */
const layersFiles = /^(?:model|metadata)\.json$|\.bin$/;
/** What `meta-learn` gives. */
const metaFiles = [metaFile, metaWeightsFile, learnerFile];
/** Modules of a sentence-transformers model: `1_Pooling`, `2_Dense`. */
const moduleFolder = /^\d+_\w+$/;
const moduleFiles = /^config\.json$|\.safetensors$/;

/** Whether a file of a model belongs to what it computes, whichever tokenizer it has. */
export function isModelFile(path: string): boolean {
  const [first = '', second, ...more] = path.split('/');
  if (second === undefined) return files.test(first);
  return more.length === 0 && moduleFolder.test(first) && moduleFiles.test(second);
}

/** Names inside the folder, `/`-separated, sorted by code point. Throws what the file system says. */
export function modelFiles(folder: string): readonly string[] {
  const names: string[] = [];
  const all = readdirSync(folder);
  const sequence = sequenceModelFiles(withOnnx(folder, all), tokenizerFiles(all));
  if (sequence !== undefined) return [...sequence].sort(compareCodePoints);
  const config = all.includes('config.json') ? readFileSync(join(folder, 'config.json')) : undefined;
  const net = netFiles(imageFolderKind(all, config), all);
  if (net !== undefined)
    return [...net, ...all.filter((name) => name === learntFile)].sort(compareCodePoints);
  // Vocabularies beside a tokenizer.json are not read.
  const tokenizer = tokenizerFiles(all);
  for (const name of all) {
    if (files.test(name) || name === learntFile || tokenizer.includes(name)) names.push(name);
    else if (moduleFolder.test(name)) {
      for (const inner of readdirSync(join(folder, name)))
        if (moduleFiles.test(inner)) names.push(`${name}/${inner}`);
    }
  }
  return names.sort(compareCodePoints);
}

/** Nothing for models of texts. */
function netFiles(kind: ImageModelKind | undefined, names: readonly string[]): readonly string[] | undefined {
  switch (kind?.name) {
    case 'resnet':
      return [kind.file];
    case 'huggingface':
      return huggingFaceFiles(names);
    case 'meta':
      return names.filter((name) => metaFiles.includes(name));
    case 'layers':
      return names.filter((name) => layersFiles.test(name));
    default:
      return undefined;
  }
}

/** With the names in `onnx/`. Throws what the file system says. */
export function withOnnx(folder: string, names: readonly string[]): readonly string[] {
  if (!names.includes('onnx')) return names;
  try {
    return [...names, ...readdirSync(join(folder, 'onnx')).map((name) => `onnx/${name}`)];
  } catch (error) {
    if (errorCode(error) === 'ENOTDIR') return names;
    throw error;
  }
}
