// What tells one family of encoders from another, as data: the names that transformers gives their settings and weights, and where
// their programs differ. Knows no tensors and no files.
import { distanceRows } from './distance-buckets.ts';

/** How one number in a network answers to its input. */
export const activations = ['gelu', 'gelu_new', 'gelu_pytorch_tanh', 'relu'] as const;
export type Activation = (typeof activations)[number];

/** Settings of config.json that the program needs, by what they are called here. */
export type SettingName =
  | 'hidden_size'
  | 'num_hidden_layers'
  | 'num_attention_heads'
  | 'intermediate_size'
  | 'hidden_act'
  | 'layer_norm_eps';

export interface Family {
  /** Values of `model_type`. */
  readonly types: readonly string[];
  /** What models of it are called, for messages. */
  readonly title: string;
  /** Under which name models with a head on top keep the encoder. */
  readonly prefix: string;
  /** Settings that have other names in the family's config.json. */
  readonly settings: Partial<Record<SettingName, string>>;
  /** The epsilon of layer norms, where no setting says it. */
  readonly epsilon: number;
  /** The activation, where no setting says it. */
  readonly activation: Activation;
  /** Whether tokens have a type, which tells the texts of a pair apart. */
  readonly typed: boolean;
  /** The row of a text's first token in the table of places. */
  readonly firstPlace: number | 'after pad_token_id';
  /** A dense layer from the width of word vectors to that of the states. It is there where these differ, or always. */
  readonly projection?: { readonly name: string; readonly always: boolean };
  /** Whether a layer norm stands before what it belongs to (`pre`), or after it, over the sum with what came in. */
  readonly norms: 'post' | 'pre';
  /** The norm over the last states. */
  readonly lastNorm?: string;
  /** A table [distanceRows, heads] that all layers add to their scores, by the distance of two tokens. */
  readonly distances?: string;
  /** What a layer's name starts with; `*` is its number, absent where all layers are one. */
  readonly layer: string;
  /** Names of a layer's parts, after its own. */
  readonly parts: LayerParts;
  /** The head that tells words at masks. */
  readonly head?: HeadNames;
  /** Settings that change the program, with the only value that runs, which is also what their absence means. */
  readonly only: Readonly<Record<string, unknown>>;
}

export interface LayerParts {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly attended: string;
  readonly attentionNorm: string;
  readonly inner: string;
  readonly outer: string;
  readonly outerNorm: string;
}

export interface HeadNames {
  readonly dense: string;
  readonly norm: string;
  /** The activation; that of the layers where it is absent. */
  readonly activation?: Activation;
  /** The words' vectors, where they are not those of the input. */
  readonly words: string;
  /** The words' biases: the first of these that is there. */
  readonly biases: readonly string[];
}

const bertParts: LayerParts = {
  query: 'attention.self.query',
  key: 'attention.self.key',
  value: 'attention.self.value',
  attended: 'attention.output.dense',
  attentionNorm: 'attention.output.LayerNorm',
  inner: 'intermediate.dense',
  outer: 'output.dense',
  outerNorm: 'output.LayerNorm',
};

const bert: Family = {
  types: ['bert'],
  title: 'BERT',
  prefix: 'bert.',
  settings: {},
  epsilon: 1e-12,
  activation: 'gelu',
  typed: true,
  firstPlace: 0,
  norms: 'post',
  layer: 'encoder.layer.*',
  parts: bertParts,
  head: {
    dense: 'cls.predictions.transform.dense',
    norm: 'cls.predictions.transform.LayerNorm',
    words: 'cls.predictions.decoder.weight',
    biases: ['cls.predictions.bias', 'cls.predictions.decoder.bias'],
  },
  only: { position_embedding_type: 'absolute', is_decoder: false },
};

const robertaHead: HeadNames = {
  dense: 'lm_head.dense',
  norm: 'lm_head.layer_norm',
  activation: 'gelu',
  words: 'lm_head.decoder.weight',
  biases: ['lm_head.bias', 'lm_head.decoder.bias'],
};

const roberta: Family = {
  ...bert,
  types: ['roberta', 'xlm-roberta', 'camembert'],
  title: 'RoBERTa, XLM-R and CamemBERT',
  prefix: 'roberta.',
  firstPlace: 'after pad_token_id',
  head: robertaHead,
};

const robertaPreLayerNorm: Family = {
  ...roberta,
  types: ['roberta-prelayernorm'],
  title: 'RoBERTa with norms before',
  prefix: 'roberta_prelayernorm.',
  norms: 'pre',
  lastNorm: 'LayerNorm',
  parts: { ...bertParts, attentionNorm: 'attention.LayerNorm', outerNorm: 'intermediate.LayerNorm' },
};

const distilbert: Family = {
  ...bert,
  types: ['distilbert'],
  title: 'DistilBERT',
  prefix: 'distilbert.',
  settings: {
    hidden_size: 'dim',
    num_hidden_layers: 'n_layers',
    num_attention_heads: 'n_heads',
    intermediate_size: 'hidden_dim',
    hidden_act: 'activation',
  },
  typed: false,
  layer: 'transformer.layer.*',
  parts: {
    query: 'attention.q_lin',
    key: 'attention.k_lin',
    value: 'attention.v_lin',
    attended: 'attention.out_lin',
    attentionNorm: 'sa_layer_norm',
    inner: 'ffn.lin1',
    outer: 'ffn.lin2',
    outerNorm: 'output_layer_norm',
  },
  head: {
    dense: 'vocab_transform',
    norm: 'vocab_layer_norm',
    words: 'vocab_projector.weight',
    biases: ['vocab_projector.bias'],
  },
  only: {},
};

const mpnet: Family = {
  ...bert,
  types: ['mpnet'],
  title: 'MPNet',
  prefix: 'mpnet.',
  typed: false,
  firstPlace: 2,
  distances: 'encoder.relative_attention_bias.weight',
  parts: {
    ...bertParts,
    query: 'attention.attn.q',
    key: 'attention.attn.k',
    value: 'attention.attn.v',
    attended: 'attention.attn.o',
    attentionNorm: 'attention.LayerNorm',
  },
  head: robertaHead,
  only: { relative_attention_num_buckets: distanceRows },
};

const electra: Family = {
  ...bert,
  types: ['electra'],
  title: 'ELECTRA',
  prefix: 'electra.',
  projection: { name: 'embeddings_project', always: false },
  head: {
    dense: 'generator_predictions.dense',
    norm: 'generator_predictions.LayerNorm',
    activation: 'gelu',
    words: 'generator_lm_head.weight',
    biases: ['generator_lm_head.bias'],
  },
};

const albert: Family = {
  ...bert,
  types: ['albert'],
  title: 'ALBERT',
  prefix: 'albert.',
  activation: 'gelu_new',
  projection: { name: 'encoder.embedding_hidden_mapping_in', always: true },
  layer: 'encoder.albert_layer_groups.0.albert_layers.0',
  parts: {
    query: 'attention.query',
    key: 'attention.key',
    value: 'attention.value',
    attended: 'attention.dense',
    attentionNorm: 'attention.LayerNorm',
    inner: 'ffn',
    outer: 'ffn_output',
    outerNorm: 'full_layer_layer_norm',
  },
  head: {
    dense: 'predictions.dense',
    norm: 'predictions.LayerNorm',
    words: 'predictions.decoder.weight',
    biases: ['predictions.bias', 'predictions.decoder.bias'],
  },
  only: { ...bert.only, num_hidden_groups: 1, inner_group_num: 1 },
};

export const families: readonly Family[] = [
  bert,
  roberta,
  robertaPreLayerNorm,
  distilbert,
  mpnet,
  electra,
  albert,
];

/** Every value of `model_type` that runs. */
export const modelTypes: readonly string[] = families.flatMap(({ types }) => types);

export function familyOf(type: unknown): Family | undefined {
  return families.find(({ types }) => types.some((known) => known === type));
}

/** For hints: what runs, and what to look for. */
export const runs = `FSL runs the types ${modelTypes.map((type) => `\`${type}\``).join(', ')}: most sentence encoders are one of these.`;
