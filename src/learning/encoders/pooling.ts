// From hidden states of tokens to one vector a text, as the folder's modules.json says (sentence-transformers' modules).
import * as tf from '@tensorflow/tfjs-core';
import { badModel, isObject, objectIn, readJson, readRequired } from './model-folder.ts';
import type { JsonObject, ModelFolder } from './model-folder.ts';

export type PoolingMode = 'mean' | 'cls' | 'max';

export interface Pooling {
  readonly mode: PoolingMode;
  /** Whether vectors are scaled to length 1. */
  readonly normalize: boolean;
}

/** Which tokens belong to which text; shapes as in `PackedTexts`. */
export interface PooledTexts {
  /** For each place of the spread-out texts, which token stands there. [texts, places] */
  readonly tokens: tf.Tensor2D;
  /** 1 where there is a token, 0 where there is none. [texts, places, 1] */
  readonly present: tf.Tensor3D;
}

/** Hidden states [tokens, width] to vectors [texts, width]. */
export function pool({ mode, normalize }: Pooling, states: tf.Tensor2D, texts: PooledTexts): tf.Tensor2D {
  const apart = tf.gather(states, texts.tokens); // [texts, places, width]
  const pooled = poolPlaces(mode, apart, texts.present); // [texts, width]
  if (!normalize) return pooled;
  const length = tf.sqrt(tf.sum(tf.square(pooled), -1, true)); // [texts, 1]
  return tf.div(pooled, tf.maximum(length, 1e-12));
}

function poolPlaces(mode: PoolingMode, states: tf.Tensor, present: tf.Tensor3D): tf.Tensor2D {
  switch (mode) {
    case 'mean': {
      const total = tf.sum(tf.mul(states, present), 1); // [texts, width]
      return tf.div(total, tf.maximum(tf.sum(present, 1), 1e-9)); // [texts, width]
    }
    case 'max':
      return tf.max(tf.add(states, tf.mul(tf.sub(present, 1), 1e9)), 1); // [texts, width]
    case 'cls':
      return tf.reshape(tf.slice(states, [0, 0, 0], [-1, 1, -1]), [states.shape[0], states.shape[2] ?? 1]);
    default:
      return mode satisfies never;
  }
}

const supported =
  'FSL runs a transformer, then pooling by `mean`, `cls` or `max`, then normalisation where the model asks for it.';

/** Without modules.json: the mean, not normalised, as sentence-transformers does. */
export async function loadPooling(folder: ModelFolder): Promise<Pooling> {
  const file = 'modules.json';
  const modules = await readJson(folder, file);
  if (modules === undefined) return { mode: 'mean', normalize: false };
  if (!Array.isArray(modules)) throw badModel(file, 'is not a list of modules', 'Get the file again.');
  const kinds = modules.map((module: unknown) => readModule(module, file));
  const [first, second, third] = kinds;
  const known =
    first?.kind === 'Transformer' &&
    second?.kind === 'Pooling' &&
    (third === undefined || third.kind === 'Normalize') &&
    kinds.length <= 3;
  if (!known) {
    const names = kinds.map(({ kind }) => `\`${kind}\``).join(', ');
    throw badModel(file, `the modules ${names} are not a sequence that FSL runs`, supported);
  }
  if (first.path !== '')
    throw badModel(file, `the transformer is in \`${first.path}\``, 'Give that folder as the model.');
  return { mode: await loadMode(folder, second.path), normalize: third !== undefined };
}

/** The last part of `sentence_transformers.models.Pooling` names the kind. */
function readModule(module: unknown, file: string): { readonly kind: string; readonly path: string } {
  const { type, path } = isObject(module) ? module : {};
  if (typeof type !== 'string' || typeof path !== 'string') {
    throw badModel(file, 'a module has no `type` or no `path`', 'Get the file again.');
  }
  return { kind: type.slice(type.lastIndexOf('.') + 1), path };
}

async function loadMode(folder: ModelFolder, path: string): Promise<PoolingMode> {
  const file = `${path}/config.json`;
  await readRequired(folder, file, '`modules.json` names it. Get the whole folder again.');
  const config = objectIn(await readJson(folder, file), file);
  const modes = typeof config['pooling_mode'] === 'string' ? [config['pooling_mode']] : flaggedModes(config);
  const [mode] = modes;
  if (modes.length === 1 && (mode === 'mean' || mode === 'cls' || mode === 'max')) return mode;
  const names = modes.length === 0 ? 'none' : modes.map((name) => `\`${name}\``).join(' and ');
  throw badModel(file, `the pooling is ${names}`, supported);
}

/** The older spelling: one flag for each mode. */
function flaggedModes(config: JsonObject): readonly string[] {
  return Object.entries(config)
    .filter(([name, value]) => name.startsWith('pooling_mode_') && value === true)
    .map(([name]) => name.slice('pooling_mode_'.length).replace(/_tokens?$/, ''));
}
