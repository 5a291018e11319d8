// What the config.json of BERT or a family that descends from it says. Knows no tensors, so that a folder can be judged without
// loading an engine.
import { activations, familyOf, runs } from './family.ts';
import type { Activation, Family, SettingName } from './family.ts';
import { badModel, countIn, numberIn, wordIn } from './model-folder.ts';
import type { JsonObject } from './model-folder.ts';

export interface BertConfig {
  readonly family: Family;
  readonly model_type: string;
  /** Width of the states. */
  readonly hidden_size: number;
  /** Width of the words' vectors, which is that of the states in most families. */
  readonly embedding_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly intermediate_size: number;
  readonly max_position_embeddings: number;
  /** The row of the first token in the table of places. */
  readonly first_place: number;
  readonly vocab_size: number;
  /** 0 for families without. */
  readonly type_vocab_size: number;
  readonly layer_norm_eps: number;
  readonly hidden_act: Activation;
  /** Whether the words' vectors at a mask are those of the input. */
  readonly tie_word_embeddings: boolean;
}

/** Throws `ModelError` for architectures that FSL does not run. */
export function readBertConfig(config: JsonObject, file: string): BertConfig {
  const { model_type: type } = config;
  const family = familyOf(type);
  if (typeof type !== 'string' || family === undefined) throw badModel(file, otherType(config), runs);
  for (const [name, wanted] of Object.entries(family.only)) {
    const value = config[name] ?? wanted;
    if (value !== wanted)
      throw badModel(
        file,
        `\`${name}\` is ${JSON.stringify(value)}, and only ${JSON.stringify(wanted)} is supported`,
        runs,
      );
  }
  const named = (name: SettingName): string => family.settings[name] ?? name;
  const count = (name: SettingName): number => countIn(config, named(name), file);
  const width = count('hidden_size');
  const read: BertConfig = {
    family,
    model_type: type,
    hidden_size: width,
    embedding_size: family.projection === undefined ? width : countIn(config, 'embedding_size', file, 128),
    num_hidden_layers: count('num_hidden_layers'),
    num_attention_heads: count('num_attention_heads'),
    intermediate_size: count('intermediate_size'),
    max_position_embeddings: countIn(config, 'max_position_embeddings', file),
    first_place:
      family.firstPlace === 'after pad_token_id'
        ? numberIn(config, 'pad_token_id', file, 1) + 1
        : family.firstPlace,
    vocab_size: countIn(config, 'vocab_size', file),
    type_vocab_size: family.typed ? countIn(config, 'type_vocab_size', file, 2) : 0,
    layer_norm_eps: numberIn(config, named('layer_norm_eps'), file, family.epsilon),
    hidden_act: wordIn(config, named('hidden_act'), file, activations, family.activation),
    tie_word_embeddings: config['tie_word_embeddings'] !== false,
  };
  if (read.hidden_size % read.num_attention_heads !== 0)
    throw badModel(
      file,
      `\`${named('hidden_size')}\` ${read.hidden_size} is not a multiple of \`${named('num_attention_heads')}\` ${read.num_attention_heads}`,
      'Get the file again.',
    );
  if (read.first_place < read.max_position_embeddings) return read;
  throw badModel(
    file,
    `\`max_position_embeddings\` ${read.max_position_embeddings} leaves no place for a token after the ${read.first_place} that are not used`,
    'Get the file again.',
  );
}

/** The most tokens of a text that the model has places for. */
export function placesOf({ max_position_embeddings, first_place }: BertConfig): number {
  return max_position_embeddings - first_place;
}

function otherType({ model_type: type, architectures }: JsonObject): string {
  const classes: readonly unknown[] = Array.isArray(architectures) ? architectures : [];
  const saved = typeof classes[0] === 'string' ? ` (\`${classes[0]}\`)` : '';
  if (typeof type === 'string')
    return `\`model_type\` is ${JSON.stringify(type)}${saved}, which FSL does not run`;
  return `does not say what \`model_type\` the model has${saved}`;
}
