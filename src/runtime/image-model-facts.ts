// Whether a folder is a model of pictures that can be used, from its files' names and headers. Reads no weights.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { objectIn, parseJson, type JsonObject } from '../learning/encoders/model-folder.ts';
import { configFile, processorFile, readNetPlan } from '../learning/images/huggingface-net.ts';
import { storedPlan } from '../learning/images/net-plan.ts';
import { processorInput } from '../learning/images/picture-processor.ts';
import { isResNet, resnetBlocks, resnetLayers } from '../learning/images/resnet-names.ts';
import type { Fact, ModelFacts } from '../stages/facts.ts';
import { imageFolderKind } from '../stages/image-model.ts';
import {
  checkLearner,
  checkMetaWeights,
  hasLearner,
  learnerFile,
  metaDescription,
  metaFile,
  metaWeightsFile,
} from '../stages/meta-description.ts';
import { isRecord, readJsonValue } from '../stages/tables/json.ts';
import { folderWeights, missingFile, shapesIn, wrongFile, type Found } from './folder-weights.ts';

type Display = (path: string) => string;

const known: Omit<ModelFacts, 'trainable'> = {
  capability: 'encoder',
  images: true,
  labels: undefined,
  masked: false,
};

/** Nothing for folders of another kind. Throws what the file system says. */
export function imageModelFacts(
  folder: string,
  names: readonly string[],
  display: Display,
): Fact<ModelFacts> | undefined {
  const config = names.includes(configFile) ? readFileSync(join(folder, configFile)) : undefined;
  const kind = imageFolderKind(names, config);
  if (kind === undefined) return undefined;
  if (kind.name === 'meta') return metaFacts(folder, names, display);
  if (kind.name === 'huggingface') return huggingFaceFacts(folder, names, display);
  if (kind.name === 'resnet') return resnetFacts(folder, kind.file, display);
  const problem = layersProblem(folder, names, display);
  return problem === undefined
    ? { state: 'known', value: { ...known, trainable: false } }
    : { state: 'wrong', problem };
}

/** Its `conv4.json` is small, and says what it has learnt. */
function metaFacts(folder: string, names: readonly string[], display: Display): Fact<ModelFacts> {
  const without = (name: string): Fact<never> =>
    wrong(missingFile(folder, name, display, 'write the folder again with `export`, or get it again'));
  if (!names.includes(metaWeightsFile)) return without(metaWeightsFile);
  try {
    const description = metaDescription(readFileSync(join(folder, metaFile)));
    checkMetaWeights(description, shapesIn(join(folder, metaWeightsFile)));
    const adapts = hasLearner(description);
    if (adapts && !names.includes(learnerFile)) return without(learnerFile);
    if (adapts) checkLearner(description, shapesIn(join(folder, learnerFile)));
    const learnt = [...description.classes, ...description.validation_classes];
    return {
      state: 'known',
      value: { ...known, trainable: true, learnt, ...(adapts && { ways: description.ways }) },
    };
  } catch (error) {
    return wrong(wrongFile(error, folder, display));
  }
}

/** Its config, what comes before the net, and name and shape of every tensor. */
function huggingFaceFacts(folder: string, names: readonly string[], display: Display): Fact<ModelFacts> {
  const json = (name: string): JsonObject =>
    objectIn(parseJson(readFileSync(join(folder, name)), name), name);
  try {
    const { type, plan } = readNetPlan(json(configFile));
    processorInput(names.includes(processorFile) ? json(processorFile) : {}, type, plan.channels);
    const { shapes, file } = folderWeights(folder, names);
    storedPlan(shapes, plan, file);
    return { state: 'known', value: { ...known, trainable: true, layers: plan.blocks.length } };
  } catch (error) {
    return wrong(wrongFile(error, folder, display));
  }
}

function wrong(problem: Found): Fact<never> {
  return { state: 'wrong', problem };
}

function resnetFacts(folder: string, file: string, display: Display): Fact<ModelFacts> {
  try {
    const shapes = shapesIn(join(folder, file));
    if (isResNet(shapes.keys())) {
      const layers = resnetLayers(resnetBlocks((tensor) => shapes.has(tensor)));
      return { state: 'known', value: { ...known, trainable: true, layers } };
    }
    return wrong({
      code: 'bad-model',
      message: `\`${display(join(folder, file))}\` is no ResNet of the kind that FSL runs`,
      hint: 'those for CIFAR-10 run, with the tensors `conv1`, `layer1.0.conv1` … `layer3.2.conv2` and `linear`; others as folders of transformers',
    });
  } catch (error) {
    return wrong(wrongFile(error, folder, display));
  }
}

function layersProblem(folder: string, names: readonly string[], display: Display): Found | undefined {
  const path = join(folder, 'model.json');
  const json = readJsonValue({ name: display(path), bytes: readFileSync(path) });
  if (json.state === 'unreadable') return { ...json.problem, code: 'bad-model' };
  const model = isRecord(json.value) ? json.value : {};
  const manifest = model['weightsManifest'];
  if (model['format'] === 'graph-model')
    return {
      code: 'bad-model',
      message: `\`${display(path)}\` is a graph model, which FSL does not run`,
      hint: 'models with layers run: convert it with `--output_format=tfjs_layers_model`',
    };
  if (!isRecord(model['modelTopology']) || !Array.isArray(manifest))
    return {
      code: 'bad-model',
      message: `\`${display(path)}\` is not a model of TensorFlow.js`,
      hint: 'it should have `modelTopology` and `weightsManifest`',
    };
  const paths = manifest.flatMap((group: unknown) =>
    isRecord(group) && Array.isArray(group['paths']) ? (group['paths'] as unknown[]) : [],
  );
  const absent = paths.filter((name) => typeof name === 'string').find((name) => !names.includes(name));
  if (absent === undefined) return undefined;
  return missingFile(folder, absent, display, '`model.json` names it: get it too');
}
