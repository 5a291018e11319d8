// Trains an encoder, or a part of it, for an objective on its vectors. Words and places that no text has are left out of the tables, and layers
// that are not trained read each text once, which changes nothing in the result. Knows no objectives and no files.
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../engine/engine.ts';
import { tables as names } from '../encoders/bert-weights.ts';
import type { LayerWatch, Weights } from '../encoders/bert.ts';
import { typesOf } from '../encoders/token-types.ts';
import type { TokenTypes, TrainableEncoder } from '../encoders/trainable.ts';
import type { Tensors } from '../optimizers/optimizer.ts';
import { numbersIn } from './numbers-in.ts';
import { chooseShapes, roundedUp } from './shapes.ts';
import type { TextShape } from './shapes.ts';
import { stillLayers, stillStates } from './still-states.ts';
import type { StillStates } from './still-states.ts';
import type { Batch } from './train.ts';
import { tuneNet } from './tune-net.ts';
import type { LayerOutputs, Net, Objective, Tuned, TuneSettings } from './tune-net.ts';
import { cutTable, vocabularyOf, wholeTable } from './vocabulary.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Throws `TrainingError` where the loss is no number. */
export async function tuneEncoder(
  engine: Pick<Engine, 'capture'>,
  encoder: TrainableEncoder,
  texts: readonly string[],
  objective: Objective,
  settings: TuneSettings,
): Promise<Tuned> {
  const read = texts.map((text) => encoder.tokenizer.tokens(text));
  const ids = read.map((tokens) => tokens.ids);
  const types = typesOf(read);
  const tables = await cutTables(encoder, ids);
  const beside = objective.beside && (await readBeside(objective.beside, ids));
  const still = stillLayers(encoder, settings.trained);
  // Who compares layers wants what every one makes.
  const known =
    beside === undefined
      ? await stillStates(encoder, { texts: ids, types }, still, settings.signal)
      : undefined;
  const plan = objective.plan(settings.schedule.steps);
  const shapes = shapesOf(plan, ids, encoder.tokenizer.maxTokens);
  const shapeOf = (step: number): TextShape => {
    const shape = shapes[step - 1];
    if (shape === undefined) throw new RangeError(`no step ${step}`);
    return shape;
  };
  const net: Net = {
    ...netOf(encoder, tables, { ids, types }, (_, step) => shapeOf(step), known),
    frozen: beside?.weights,
    vectors: (weights, batch, dropout, all) => {
      if (beside === undefined) return { vectors: encoder.vectors(weights, batch, { dropout, still }) };
      const { watch, outputs } = watching();
      const vectors = encoder.vectors(weights, batch, { dropout, still, watch });
      return { vectors, layers: { own: outputs, beside: beside.outputs(all) } };
    },
  };
  const batch: Net['batch'] = (members, step) => {
    const own = net.batch(members, step);
    if (beside === undefined) return own;
    const rows = tables.rowsOf(members.map((text) => ids[text] ?? []));
    const kinds = types && members.map((text) => types[text] ?? []);
    return { inputs: { ...own.inputs, ...beside.pack(rows, shapeOf(step), kinds) }, room: own.room };
  };
  try {
    return await tuneNet(engine, { ...net, batch }, plan, objective, settings);
  } finally {
    tf.dispose(Object.values(tables.cut));
    tf.dispose(Object.values(beside?.cut ?? {}));
  }
}

/** The encoder as a net whose rows are these texts, whatever steps they come in; `dispose` frees what it has beside the encoder. */
export async function textsNet(
  encoder: TrainableEncoder,
  texts: readonly string[],
): Promise<{ readonly net: Net; readonly dispose: () => void }> {
  const read = texts.map((text) => encoder.tokenizer.tokens(text));
  const ids = read.map((tokens) => tokens.ids);
  const tables = await cutTables(encoder, ids);
  const shapeOf = (members: readonly number[]): TextShape =>
    roundedUp(needOf(members, ids), encoder.tokenizer.maxTokens);
  return {
    net: netOf(encoder, tables, { ids, types: typesOf(read) }, shapeOf, undefined),
    dispose: () => tf.dispose(Object.values(tables.cut)),
  };
}

/** The tokens of each text, and which text of a pair they belong to. */
interface Read {
  readonly ids: readonly (readonly number[])[];
  readonly types: readonly (readonly number[])[] | undefined;
}

function netOf(
  encoder: TrainableEncoder,
  tables: CutTables,
  { ids, types }: Read,
  shapeOf: (members: readonly number[], step: number) => TextShape,
  known: StillStates | undefined,
): Net {
  return {
    weights: { ...encoder.weights, ...tables.cut },
    layers: encoder.layers,
    partOf: (name) => encoder.partOf(name),
    batch: (members, step) => {
      const shape = shapeOf(members, step);
      const rows = tables.rowsOf(members.map((text) => ids[text] ?? []));
      return {
        inputs: {
          ...encoder.pack(rows, shape, types && members.map((text) => types[text] ?? [])),
          ...known?.inputs(members, shape),
        },
        room: shape.texts,
      };
    },
    vectors: (weights, batch, dropout) => ({ vectors: encoder.vectors(weights, batch, { dropout }) }),
    whole: (changed, decay) => tables.whole(changed, decay),
  };
}

interface Beside {
  /** Under names of their own. */
  readonly weights: Weights;
  readonly cut: Weights;
  pack(rows: readonly (readonly number[])[], shape: TextShape, types: TokenTypes): Batch;
  outputs(tensors: Tensors): LayerOutputs;
}

/** Its tables are cut as those of the encoder are, so that rows of one are rows of the other. */
async function readBeside(encoder: TrainableEncoder, ids: readonly (readonly number[])[]): Promise<Beside> {
  const mark = 'beside ';
  const marked = <T>(values: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [mark + name, value]));
  const { cut } = await cutTables(encoder, ids);
  return {
    cut,
    weights: marked({ ...encoder.weights, ...cut }),
    pack: (rows, shape, types) => marked(encoder.pack(rows, shape, types)),
    outputs: (tensors) => {
      const own = Object.entries(tensors).filter(([name]) => name.startsWith(mark));
      const mine = Object.fromEntries(own.map(([name, tensor]) => [name.slice(mark.length), tensor]));
      const { watch, outputs } = watching();
      encoder.vectors(mine, mine, { watch });
      return outputs;
    },
  };
}

function watching(): { readonly watch: LayerWatch; readonly outputs: LayerOutputs } {
  const [states, scores]: [tf.Tensor2D[], tf.Tensor[]] = [[], []];
  const watch: LayerWatch = { states: (each) => states.push(each), scores: (each) => scores.push(each) };
  return { watch, outputs: { states, scores } };
}

/** The sizes each step is padded to; where all steps need the same, exactly that. */
export function shapesOf(
  plan: readonly (readonly number[])[],
  ids: readonly (readonly number[])[],
  maxTokens: number,
): readonly TextShape[] {
  const needs = plan.map((members) => needOf(members, ids));
  const different = new Set(needs.map(({ texts, places, tokens }) => `${texts} ${places} ${tokens}`));
  return different.size === 1 ? needs : chooseShapes(needs, { shapes: mostShapes, maxTokens });
}

function needOf(members: readonly number[], ids: readonly (readonly number[])[]): TextShape {
  const lengths = members.map((text) => ids[text]?.length ?? 0);
  return {
    texts: members.length,
    places: Math.max(...lengths),
    tokens: lengths.reduce((sum, length) => sum + length, 0),
  };
}

/** Each is a graph to compile. */
const mostShapes = 6;

interface CutTables {
  readonly cut: Weights;
  /** Token ids to rows of the cut table. */
  rowsOf(texts: readonly (readonly number[])[]): readonly (readonly number[])[];
  /** Tables that were trained, with all their rows again. */
  whole(
    changed: ReadonlyMap<string, Float32Array>,
    decay: (name: string) => number,
  ): Promise<ReadonlyMap<string, Float32Array>>;
}

async function cutTables(
  { weights, firstPlace }: TrainableEncoder,
  texts: readonly (readonly number[])[],
): Promise<CutTables> {
  const words = vocabularyOf(texts);
  const longest = texts.reduce((most, { length }) => Math.max(most, length), 0);
  const places = { ids: Array.from({ length: firstPlace + longest }, (_, place) => place) };
  const kept = new Map<string, Pick<Vocabulary, 'ids'>>([
    [names.words, words],
    [names.places, places],
  ]);
  const cut: Record<string, tf.Tensor> = {};
  for (const [name, rows] of kept) {
    const table = weights[name];
    if (table === undefined) throw new Error(`no weight \`${name}\``);
    const width = table.shape[1] ?? 1;
    cut[name] = tf.tensor2d(cutTable(await numbersIn(table), width, rows), [rows.ids.length, width]);
  }
  return {
    cut,
    rowsOf: (others) => words.rowsOf(others),
    whole: async (changed, decay) => {
      const result = new Map(changed);
      for (const [name, rows] of kept) {
        const [trained, table] = [changed.get(name), weights[name]];
        if (trained === undefined || table === undefined) continue;
        const width = table.shape[1] ?? 1;
        result.set(name, wholeTable(await numbersIn(table), trained, width, rows, decay(name)));
      }
      return result;
    },
  };
}
